import type { Context } from '../../expect/context.ts';
import type { FindingCode } from '../../model/code.ts';
import type { Evidence } from '../../model/report.ts';
import { ASK_FOR_SOCKETS, isSilent } from '../../model/shown-sockets.ts';
import { isListener, type Socket } from '../../model/socket.ts';
import type { CheckResult } from '../check.ts';

/** The way of a check of listeners: skipped when they were not shown, or when there are none. */
export function withListeners<C extends FindingCode>(
  run: (listeners: readonly Socket[], context: Context) => CheckResult<C>,
): (context: Context) => CheckResult<C> {
  return (context) => {
    const { pod } = context;
    if (pod.sockets === null) return { skipped: 'the sockets were not shown' };
    const listeners = pod.sockets.filter(isListener);
    if (listeners.length > 0) return run(listeners, context);
    if (isSilent(pod)) return { skipped: 'nothing listens here' };
    return { skipped: `the sockets given would not show who listens; give the output of ${ASK_FOR_SOCKETS}` };
  };
}

/** More sockets than this are not quoted. */
const QUOTED = 10;

/** Sockets as evidence. */
export function socketEvidence(sockets: readonly Socket[]): Evidence[] {
  return sockets.slice(0, QUOTED).map(({ text }) => ({ kind: 'socket', text }));
}

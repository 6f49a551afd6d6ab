import type { Context } from '../../expect/context.ts';
import type { FindingCode } from '../../model/code.ts';
import type { Evidence } from '../../model/report.ts';
import { isListener, type Socket } from '../../model/socket.ts';
import type { CheckResult } from '../check.ts';

/** The way of a check of listeners: skipped when they were not shown, or when nothing listens because nothing has started. */
export function withListeners<C extends FindingCode>(
  run: (listeners: readonly Socket[], context: Context) => CheckResult<C>,
): (context: Context) => CheckResult<C> {
  return (context) => {
    const { sockets } = context.pod;
    if (sockets === null) return { skipped: 'the sockets were not shown' };
    const listeners = sockets.filter(isListener);
    if (listeners.length === 0) return { skipped: 'nothing listens here: the containers have not started' };
    return run(listeners, context);
  };
}

/** More sockets than this are not quoted. */
const QUOTED = 10;

/** Sockets as evidence. */
export function socketEvidence(sockets: readonly Socket[]): Evidence[] {
  return sockets.slice(0, QUOTED).map(({ text }) => ({ kind: 'socket', text }));
}

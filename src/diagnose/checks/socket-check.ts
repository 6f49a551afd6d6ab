import type { Context } from '../../expect/context.ts';
import type { Config } from '../../model/config.ts';
import type { Evidence } from '../../model/report.ts';
import { isListener, type Socket } from '../../model/socket.ts';
import type { Check, CheckResult } from '../check.ts';

/** Ports that Istio's proxy and agent listen on in a sidecar pod, whatever is configured. */
export const RESERVED: Readonly<Record<number, string>> = {
  15000: 'Envoy admin',
  15001: 'outbound proxy',
  15004: 'debug',
  15006: 'inbound proxy',
  15008: 'HBONE tunnel',
  15020: 'agent status and metrics',
  15021: 'health',
  15053: 'DNS proxy',
  15090: 'Envoy metrics',
};

/** Whether the proxy or the agent listens on the port. */
export function isReserved(port: number, config: Config): boolean {
  return (
    Object.hasOwn(RESERVED, port) ||
    [config.proxyPort, config.inboundCapturePort, config.inboundTunnelPort].includes(port)
  );
}

/** A check of sockets: skipped when they were not shown, or when nothing listens because nothing has started. */
export function socketCheck(
  id: string,
  description: string,
  codes: readonly string[],
  run: (listeners: readonly Socket[], context: Context) => CheckResult,
): Check {
  return {
    id,
    description,
    codes,
    run: (context) => {
      const { sockets } = context.pod;
      if (sockets === null) return { skipped: 'the sockets were not shown' };
      const listeners = sockets.filter(isListener);
      if (listeners.length === 0) return { skipped: 'nothing listens here: the containers have not started' };
      return run(listeners, context);
    },
  };
}

/** More sockets than this are not quoted. */
const QUOTED = 10;

/** Sockets as evidence. */
export function socketEvidence(sockets: readonly Socket[]): Evidence[] {
  return sockets.slice(0, QUOTED).map(({ text }) => ({ kind: 'socket', text }));
}

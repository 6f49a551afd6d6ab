import type { Config } from '../model/config.ts';

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

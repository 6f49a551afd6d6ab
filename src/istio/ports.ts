import type { Config } from '../model/config.ts';

/**
 * Ports of Istio's programs, by what waits there. Where a sidecar's rules lead is an input (`Config`), and these are the
 * defaults (tools/istio-iptables); ambient's are fixed (the constants Ztunnel…Port in cni/pkg/iptables/iptables.go).
 */
export const PORT = {
  admin: 15000,
  /** Until 1.2 both directions by default. */
  outbound: 15001,
  /** What istio-validation dials, where nobody listens (--iptables-probe-port, 1.5 and later). */
  validation: 15002,
  debug: 15004,
  /** 1.3 and later. */
  inbound: 15006,
  /** In a sidecar's rules since 1.7; of ztunnels and waypoints. Nobody else speaks HBONE. */
  hbone: 15008,
  /** istiod: XDS in plain text, and with certificates. */
  xds: 15010,
  secureXds: 15012,
  /** Envoy's DNS listener of 1.6 and 1.7, udp only. */
  envoyDns: 15013,
  /** The agent, which the kubelet asks in place of the application: 1.1 and later. */
  status: 15020,
  health: 15021,
  /** The agent's DNS proxy (IstioAgentDNSListenerPort, 1.8 and later; 1.7 if asked to), and ztunnel's (DNSCapturePort). */
  dns: 15053,
  metrics: 15090,
} as const;

/** Ports of Envoy and the agent that others than applications ask. */
const SERVICES: Readonly<Record<number, string>> = {
  [PORT.admin]: 'Envoy admin',
  [PORT.debug]: 'debug',
  [PORT.status]: 'agent status and metrics',
  [PORT.health]: 'health',
  [PORT.dns]: 'DNS proxy',
  [PORT.metrics]: 'Envoy metrics',
};

/** Ports that Istio's proxy and agent listen on in a sidecar pod, whatever is configured. */
export const RESERVED: Readonly<Record<number, string>> = {
  ...SERVICES,
  [PORT.outbound]: 'outbound proxy',
  [PORT.inbound]: 'inbound proxy',
  [PORT.hbone]: 'HBONE tunnel',
};

/** ztunnel's ports in a pod: outbound, inbound in plain text, HBONE. Not configurable. */
export const ZTUNNEL_PORTS: readonly number[] = [PORT.outbound, PORT.inbound, PORT.hbone];

/** The inbound ports that the injector excludes by default, in its order (1.6 and later; before that the last of them). */
export const EXCLUDED_BY_INJECTOR: readonly number[] = [PORT.metrics, PORT.health, PORT.status];
/** Those that the CNI plugin excludes, in its order (1.8 and later). */
export const EXCLUDED_BY_PLUGIN: readonly number[] = [PORT.status, PORT.health, PORT.metrics];

/** Whether the proxy or its agent listens on the port for anything but redirected connections. */
export function isServicePort(port: number): boolean {
  return Object.hasOwn(SERVICES, port);
}

/** Whether the proxy or the agent listens on the port. */
export function isReserved(port: number, config: Config): boolean {
  return (
    Object.hasOwn(RESERVED, port) ||
    [config.proxyPort, config.inboundCapturePort, config.inboundTunnelPort].includes(port)
  );
}

/** Whether istiod listens there. */
export function isControlPlane(port: number | null): boolean {
  return port === PORT.xds || port === PORT.secureXds;
}

import type { Ruleset } from '../model/ruleset.ts';

/** The ports of a proxy. */
export interface ProxyPorts {
  /** Where outbound connections are redirected to; usually 15001. */
  readonly outbound: ReadonlySet<number>;
  /** Where inbound connections are redirected to, and where other proxies connect: 15006, 15008. */
  readonly inbound: ReadonlySet<number>;
}

/** The ports that every release since 1.3 uses unless told otherwise; those of ambient cannot be changed. */
export const USUAL_PORTS: ProxyPorts = { outbound: new Set([15001]), inbound: new Set([15006, 15008]) };

/** Ports of Envoy and the agent that clients other than applications use: admin, debug, metrics, health, DNS. */
const SERVICE_PORTS: ReadonlySet<number> = new Set([15000, 15004, 15020, 15021, 15053, 15090]);

/** Whether the proxy or its agent listens on the port for anything but redirected connections. */
export function isServicePort(port: number): boolean {
  return SERVICE_PORTS.has(port);
}

/** Whether a port belongs to the proxy, one way or the other. */
export function isProxyPort(port: number, { outbound, inbound }: ProxyPorts): boolean {
  return outbound.has(port) || inbound.has(port) || SERVICE_PORTS.has(port);
}

/** istiod: XDS in plain text, and with certificates. */
const CONTROL_PLANE_PORTS: ReadonlySet<number> = new Set([15010, 15012]);

/** Whether istiod listens there. */
export function isControlPlane(port: number | null): boolean {
  return port !== null && CONTROL_PLANE_PORTS.has(port);
}

/** The port of ztunnels and waypoints. Nobody else speaks HBONE. */
export const HBONE_PORT = 15008;
/** Resolvers. */
export const DNS_PORT = 53;
/** Where the agent, or ztunnel, answers DNS queries that are captured. */
export const DNS_PROXY_PORT = 15053;

/**
 * The kernel gives ports from here on to connections unless told otherwise (net.ipv4.ip_local_port_range), and few
 * services listen above it.
 */
export const FIRST_EPHEMERAL_PORT = 32_768;

const REDIRECT_CHAINS: Readonly<Record<string, 'outbound' | 'inbound'>> = {
  ISTIO_REDIRECT: 'outbound',
  'istio-redirect': 'outbound',
  ISTIO_IN_REDIRECT: 'inbound',
  'istio-in-redirect': 'inbound',
  ISTIO_TPROXY: 'inbound',
  'istio-tproxy': 'inbound',
};

/** The usual ports, and those that Istio's redirect chains name where a mesh chose others. */
export function portsFromRules({ tables }: Ruleset): ProxyPorts {
  const ports = { outbound: new Set(USUAL_PORTS.outbound), inbound: new Set(USUAL_PORTS.inbound) };
  for (const { name, rules } of tables.flatMap(({ chains }) => chains)) {
    const direction = Object.hasOwn(REDIRECT_CHAINS, name) ? REDIRECT_CHAINS[name] : undefined;
    if (direction === undefined) continue;
    for (const target of rules.flatMap(({ targets }) => targets)) {
      if (target.kind === 'tproxy' && target.port !== 0) ports[direction].add(target.port);
      if (target.kind === 'redirect' && target.ports) ports[direction].add(target.ports.from);
    }
  }
  return ports;
}

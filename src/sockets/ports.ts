import { IN_REDIRECT, REDIRECT, TPROXY } from '../istio/iptables-chains.ts';
import { canonicalChain } from '../istio/names.ts';
import { isServicePort, PORT } from '../istio/ports.ts';
import type { Ruleset } from '../model/ruleset.ts';

/** The ports of a proxy. */
export interface ProxyPorts {
  /** Where outbound connections are redirected to; usually 15001. */
  readonly outbound: ReadonlySet<number>;
  /** Where inbound connections are redirected to, and where other proxies connect: 15006, 15008. */
  readonly inbound: ReadonlySet<number>;
}

/** The ports that every release since 1.3 uses unless told otherwise; those of ambient cannot be changed. */
export const USUAL_PORTS: ProxyPorts = {
  outbound: new Set([PORT.outbound]),
  inbound: new Set([PORT.inbound, PORT.hbone]),
};

/** Whether a port belongs to the proxy, one way or the other. */
export function isProxyPort(port: number, { outbound, inbound }: ProxyPorts): boolean {
  return outbound.has(port) || inbound.has(port) || isServicePort(port);
}

/** Resolvers. */
export const DNS_PORT = 53;

/**
 * The kernel gives ports from here on to connections unless told otherwise (net.ipv4.ip_local_port_range), and few
 * services listen above it.
 */
export const FIRST_EPHEMERAL_PORT = 32_768;

const REDIRECT_CHAINS: Readonly<Record<string, 'outbound' | 'inbound'>> = {
  [REDIRECT]: 'outbound',
  [IN_REDIRECT]: 'inbound',
  [TPROXY]: 'inbound',
};

/** The usual ports, and those that Istio's redirect chains name where a mesh chose others. */
export function portsFromRules({ tables }: Ruleset): ProxyPorts {
  const ports = { outbound: new Set(USUAL_PORTS.outbound), inbound: new Set(USUAL_PORTS.inbound) };
  for (const { name, rules } of tables.flatMap(({ chains }) => chains)) {
    const chain = canonicalChain(name);
    const direction = Object.hasOwn(REDIRECT_CHAINS, chain) ? REDIRECT_CHAINS[chain] : undefined;
    if (direction === undefined) continue;
    for (const target of rules.flatMap(({ targets }) => targets)) {
      if (target.kind === 'tproxy' && target.port !== 0) ports[direction].add(target.port);
      if (target.kind === 'redirect' && target.ports) ports[direction].add(target.ports.from);
    }
  }
  return ports;
}

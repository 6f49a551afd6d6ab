import { isIstioChain } from '../istio/chains.ts';
import { DNS_PROXY_PORTS } from '../istio/dns.ts';
import type { Config } from '../model/config.ts';
import { UDP } from '../model/protocol.ts';
import type { Routing, RoutingRule } from '../model/routing.ts';
import type { Rule, Ruleset, Table } from '../model/ruleset.ts';
import type { Facts } from '../observe/facts.ts';

/** The routing table of a sidecar in TPROXY mode, and that of ambient. Both can be told apart by their marks. */
const TPROXY_TABLE = '133';
const AMBIENT_TABLE = '100';
const AMBIENT_MARK = 0x111;

/** The source of a sidecar's own calls over IPv6: Istio adds it to lo (1.3 and later) where it captures IPv6. */
const PASSTHROUGH_V6 = '::6';

type Traces = Partial<Pick<Config, 'enableIpv6' | 'interceptionMode' | 'redirectDns'>>;

/**
 * Inputs that the pod shows though the rules they make may be gone: by the routing and the addresses that Istio adds
 * with its rules and that no flush of rules takes away, and by rules that only come together with others.
 */
export function inputsFromTraces({ pod }: Pick<Facts, 'pod'>): Traces {
  return {
    ...(isForIpv6(pod.routing) || hasIpv6Chain(pod.ruleset) ? { enableIpv6: true } : {}),
    ...(pod.routing?.rules.some(isForTproxy) ? { interceptionMode: 'TPROXY' } : {}),
    ...(pod.ruleset.tables.some(capturesBothProtocols) ? { redirectDns: true } : {}),
  };
}

/** What Istio adds for IPv6 and for nothing else. */
function isForIpv6(routing: Routing | null): boolean {
  if (routing === null) return false;
  const rules = routing.rules.filter(({ family }) => family === 'ipv6');
  const ownAddress = routing.addresses.some(
    ({ interface: name, address }) => name === 'lo' && address === PASSTHROUGH_V6,
  );
  return ownAddress || rules.some((rule) => isForTproxy(rule) || isForAmbient(rule));
}

function isForTproxy({ table, mark }: RoutingRule): boolean {
  return table === TPROXY_TABLE && mark !== undefined;
}

function isForAmbient({ table, mark }: RoutingRule): boolean {
  return table === AMBIENT_TABLE && mark?.value === AMBIENT_MARK;
}

/** A chain of Istio's in a table of IPv6, even an empty one: nobody else makes one. */
function hasIpv6Chain({ tables }: Ruleset): boolean {
  return tables.some((table) => table.family === 'ipv6' && table.chains.some((chain) => isIstioChain(table, chain)));
}

/**
 * Queries over tcp and udp are both redirected where Istio writes: one of the two may have been added by somebody. What
 * else belongs to DNS capture (conntrack zones) may be gone.
 */
function capturesBothProtocols(table: Table): boolean {
  const rules = table.chains.filter((chain) => isIstioChain(table, chain)).flatMap((chain) => chain.rules);
  const toProxy = rules.filter(goesToDnsProxy);
  return toProxy.some(isOfUdp) && !toProxy.every(isOfUdp);
}

function goesToDnsProxy({ targets }: Rule): boolean {
  return targets.some((target) => target.kind === 'redirect' && DNS_PROXY_PORTS.has(target.ports?.from ?? 0));
}

function isOfUdp({ matches }: Rule): boolean {
  return matches.some((match) => (match.kind === 'protocol' ? match.protocol === UDP : match.kind === 'udp'));
}

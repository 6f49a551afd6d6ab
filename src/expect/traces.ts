import { isIstioChain } from '../istio/chains.ts';
import { DNS_PROXY_PORTS } from '../istio/dns.ts';
import { isAmbientRoute, isTproxyRoute } from '../istio/marks.ts';
import { PASSTHROUGH } from '../istio/proxy.ts';
import type { Config } from '../model/config.ts';
import { UDP } from '../model/protocol.ts';
import type { Routing } from '../model/routing.ts';
import type { Rule, Ruleset, Table } from '../model/ruleset.ts';
import type { Facts } from '../observe/facts.ts';

type Traces = Partial<Pick<Config, 'enableIpv6' | 'interceptionMode' | 'redirectDns'>>;

/**
 * Inputs that the pod shows though the rules they make may be gone: by the routing and the addresses that Istio adds
 * with its rules and that no flush of rules takes away, and by rules that only come together with others.
 */
export function inputsFromTraces({ pod }: Pick<Facts, 'pod'>): Traces {
  return {
    ...(isForIpv6(pod.routing) || hasIpv6Chain(pod.ruleset) ? { enableIpv6: true } : {}),
    ...(pod.routing?.rules.some(isTproxyRoute) ? { interceptionMode: 'TPROXY' } : {}),
    ...(pod.ruleset.tables.some(capturesBothProtocols) ? { redirectDns: true } : {}),
  };
}

/** What Istio adds for IPv6 and for nothing else: a source of the proxy's on lo (1.3 and later), and routing. */
function isForIpv6(routing: Routing | null): boolean {
  if (routing === null) return false;
  const rules = routing.rules.filter(({ family }) => family === 'ipv6');
  const ownAddress = routing.addresses.some(
    ({ interface: name, address }) => name === 'lo' && address === PASSTHROUGH.ipv6,
  );
  return ownAddress || rules.some((rule) => isTproxyRoute(rule) || isAmbientRoute(rule));
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

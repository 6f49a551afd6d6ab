import type { Family } from '../../../model/family.ts';
import { isPortsMatch, type Match, PORTS_PROTOCOLS } from '../../../model/match.ts';
import { hasPorts, protocolNumber } from '../../../model/protocol.ts';
import { requireFamily } from './address.ts';
import type { Resolver, Scene } from './condition.ts';
import { type Domain, valuesOf } from './intervals.ts';

const PROTOCOLS: Domain = {
  maximum: 255n,
  point: (text) => {
    const number = protocolNumber(text);
    return number === null ? null : BigInt(number);
  },
};

/** All protocols with ports, in ascending order. */
const WITH_PORTS: readonly number[] = Array.from({ length: 256 }, (_, number) => number).filter(hasPorts);

/**
 * `meta l4proto`. Several protocols, inverted, are one match each. Several that all have ports are "has any port"
 * (multiport over all ports holds for exactly the protocols with ports) and none of the others with ports. Number 0 is
 * iptables' "all" in the model, and here it is a protocol (hop-by-hop options), so it has no form.
 */
export const l4protoResolver: Resolver = (condition, scene) => {
  const values = condition.mask === null ? valuesOf(condition, PROTOCOLS, scene) : null;
  if (values === null || values.intervals.some(({ from, to }) => from !== to || from === 0n)) return null;
  const protocols = values.intervals.map(({ from }) => Number(from));
  if (values.negated) return protocols.map((protocol) => ({ kind: 'protocol', negated: true, protocol }));
  const [only, second] = protocols;
  if (only !== undefined && second === undefined) return [{ kind: 'protocol', negated: false, protocol: only }];
  return protocols.every(hasPorts) ? protocolsWithPorts(protocols) : null;
};

function protocolsWithPorts(protocols: readonly number[]): Match[] {
  const others = WITH_PORTS.filter((protocol) => !protocols.includes(protocol));
  return [
    { kind: 'multiport', side: 'destination', negated: false, ports: [{ from: 0, to: 65535 }] },
    ...others.map((protocol): Match => ({ kind: 'protocol', negated: true, protocol })),
  ];
}

/** `ip protocol`, `ip6 nexthdr`: the protocol, and the family in an inet table. */
export function headerProtocolResolver(family: Family): Resolver {
  return (condition, scene) => {
    const matches = l4protoResolver(condition, scene);
    return matches && [...requireFamily(family, scene), ...matches];
  };
}

/** The match on a protocol, unless one in front already asks for it. */
export function requireProtocol(protocol: number, scene: Scene): Match[] {
  const asked = scene.before.some((match) => protocolOf(match) === protocol);
  return asked ? [] : [{ kind: 'protocol', negated: false, protocol }];
}

/** The protocol that a match demands, or null. */
export function protocolOf(match: Match): number | null {
  if (match.kind === 'protocol') return match.negated ? null : match.protocol;
  return isPortsMatch(match) ? PORTS_PROTOCOLS[match.kind] : null;
}

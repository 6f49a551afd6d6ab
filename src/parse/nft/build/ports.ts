import type { Match, PortRange, PortsMatch } from '../../../model/match.ts';
import { hasPorts } from '../../../model/protocol.ts';
import type { Resolver, Scene } from './condition.ts';
import { numbers, valuesOf } from './intervals.ts';
import { protocolOf } from './protocol.ts';

type Side = 'source' | 'destination';

const PORTS = numbers(65535n);

/**
 * `tcp dport` and its like: the match of that protocol, which also demands the protocol (nft drops a `meta l4proto tcp`
 * in front of it for that reason). An inverted port therefore still means "tcp, and another port".
 */
export function portResolver(protocol: PortsMatch['kind'], side: Side): Resolver {
  return (condition, scene) => {
    const values = condition.mask === null ? valuesOf(condition, PORTS, scene) : null;
    if (values === null) return null;
    const ports = { negated: values.negated, value: values.intervals.map(range) };
    return [side === 'source' ? { kind: protocol, sourcePort: ports } : { kind: protocol, destinationPort: ports }];
  };
}

/** `th dport`: reads the port of whatever protocol the packet has, so one with ports must be demanded in front. */
export function transportPortResolver(side: Side): Resolver {
  return (condition, scene) => {
    const values = condition.mask === null && demandsPorts(scene) ? valuesOf(condition, PORTS, scene) : null;
    return values && [{ kind: 'multiport', side, negated: values.negated, ports: values.intervals.map(range) }];
  };
}

function range({ from, to }: { from: bigint; to: bigint }): PortRange {
  return { from: Number(from), to: Number(to) };
}

function demandsPorts(scene: Scene): boolean {
  return scene.before.some((match: Match) => {
    const protocol = protocolOf(match);
    return protocol === null ? match.kind === 'multiport' && !match.negated : hasPorts(protocol);
  });
}

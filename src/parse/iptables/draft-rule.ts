import type { Match } from '../../model/match.ts';
import type { Counters } from '../../model/ruleset.ts';
import type { Target } from '../../model/target.ts';
import type { Unit } from './unit.ts';

/** A rule while it is being read. Addresses may be lists: iptables makes one rule of every pair. */
export interface DraftRule {
  readonly sources: Match[];
  readonly destinations: Match[];
  /** In the order in which iptables prints them: in-interface, out-interface, protocol, fragment. */
  readonly base: [Match | undefined, Match | undefined, Match | undefined, Match | undefined];
  /** Base options that were not understood. */
  readonly odd: Match[];
  readonly units: Unit[];
  readonly targets: Target[];
  hasTarget: boolean;
  /** Number of a protocol that is not negated, else 0: it decides which module an option may bring along. */
  protocol: number;
  counters: Counters | null;
  /** Offsets of the `-c packets bytes` that is left out of the rule's text. */
  countersAt: readonly [number, number] | null;
}

/** A rule without any option. */
export function emptyRule(): DraftRule {
  return {
    sources: [],
    destinations: [],
    base: [undefined, undefined, undefined, undefined],
    odd: [],
    units: [],
    targets: [],
    hasTarget: false,
    protocol: 0,
    counters: null,
    countersAt: null,
  };
}

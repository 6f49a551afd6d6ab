import type { Match } from '../../model/match.ts';
import type { Counters } from '../../model/ruleset.ts';
import type { Target } from '../../model/target.ts';
import type { Unit } from './unit.ts';

/**
 * A rule while it is being read. Addresses may be lists: iptables makes one rule of every pair. Lists are replaced
 * when they grow: most hold one thing or none, and an array that something is pushed to has room for 17.
 */
export interface DraftRule {
  source: readonly Match[];
  destination: readonly Match[];
  inInterface: Match | null;
  outInterface: Match | null;
  protocolMatch: Match | null;
  fragment: Match | null;
  /** Base options that were not understood, and after them what the modules mean. */
  modules: readonly Match[];
  units: readonly Unit[];
  /** None until the target has been read, also when the rule has one. */
  targets: readonly Target[];
  hasTarget: boolean;
  /** Number of a protocol that is not negated, else 0: it decides which module an option may bring along. */
  protocol: number;
  counters: Counters | null;
  /** Offsets of the `-c packets bytes` that is left out of the rule's text. */
  countersAt: readonly [number, number] | null;
}

const NONE: readonly never[] = [];

/** The list with one more element. */
export function appended<T>(list: readonly T[], item: T): readonly T[] {
  return list.length === 0 ? [item] : [...list, item];
}

/** A rule without any option. */
export function emptyRule(): DraftRule {
  return {
    source: NONE,
    destination: NONE,
    inInterface: null,
    outInterface: null,
    protocolMatch: null,
    fragment: null,
    modules: NONE,
    units: NONE,
    targets: NONE,
    hasTarget: false,
    protocol: 0,
    counters: null,
    countersAt: null,
  };
}

import type { Match } from '../../../model/match.ts';
import type { Resolver } from './condition.ts';
import { type Domain, mergeIntervals, unsigned, valuesOf } from './intervals.ts';

/** Ids are numbers since nft 0.9; before, and with `-u`, names were printed. Of those only root's id is everywhere the same. */
const IDS: Domain = { maximum: 0xffffffffn, point: (text) => (text === 'root' ? 0n : unsigned(text)) };

/**
 * `meta skuid`, `meta skgid`. A packet without a socket fails them, inverted or not; that the table is nftables' own
 * tells the evaluator so. Several ids only inverted, one match each.
 */
export function ownerResolver(id: 'uid' | 'gid'): Resolver {
  return (condition, scene) => {
    const values = condition.mask === null ? valuesOf(condition, IDS, scene) : null;
    const ranges = values && mergeIntervals(values.intervals);
    if (ranges === null || values === null || (ranges.length > 1 && !values.negated)) return null;
    return ranges.map(({ from, to }): Match => {
      const option = { negated: values.negated, value: { from: Number(from), to: Number(to) } };
      return id === 'uid' ? { kind: 'owner', uid: option } : { kind: 'owner', gid: option };
    });
  };
}

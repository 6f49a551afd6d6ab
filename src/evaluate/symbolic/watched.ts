import type { Ruleset } from '../../model/ruleset.ts';
import type { Target } from '../../model/target.ts';
import { goes } from '../../model/target-effects.ts';
import { cutsOfMatch, type WatchedMark } from './cuts.ts';

export type { WatchedMark } from './cuts.ts';

/** The marks that rules look at or hand to the routing: only these make a difference to anybody. */
export function watchedMarks(ruleset: Ruleset): WatchedMark[] {
  const rules = ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules));
  return rules.flatMap(({ matches, targets }) => [
    ...matches.flatMap(cutsOfMatch).filter((cut) => 'mask' in cut),
    ...targets.flatMap(routedMark),
  ]);
}

/**
 * The marks that make a difference between two rulesets when nobody knows more than their text: those that rules of both
 * look at (where one alone does, the packets with that mark fare differently there), and those that one of them hands to
 * the routing.
 */
export function marksThatMatter(now: Ruleset, before: Ruleset): WatchedMark[] {
  const [a, b] = [watchedMarks(now), watchedMarks(before)];
  const known = new Set(b.map(textOf));
  return [...a.filter((mark) => known.has(textOf(mark))), ...routedMarks(now), ...routedMarks(before)];
}

function textOf({ field, value, mask }: WatchedMark): string {
  return `${field} ${value}/${mask}`;
}

function routedMark(target: Target): readonly WatchedMark[] {
  return goes(target, 'hands-over') ? [{ field: 'mark', ...target.mark }] : [];
}

/** TPROXY marks for the routing, and so does restoring a connection's mark (ambient: `ip rule fwmark 0x111/0xfff`). */
function routedMarks(ruleset: Ruleset): WatchedMark[] {
  const targets = ruleset.tables.flatMap(({ chains }) =>
    chains.flatMap(({ rules }) => rules.flatMap((r) => r.targets)),
  );
  const restores = targets.some(({ kind }) => kind === 'connmark-restore');
  const restored = restores ? watchedMarks(ruleset).filter(({ field }) => field === 'connmark') : [];
  return [...targets.flatMap(routedMark), ...restored.map((mark): WatchedMark => ({ ...mark, field: 'mark' }))];
}

import type { Ruleset } from '../../model/ruleset.ts';

/** A mark that somebody looks at: whether `(mark & mask) === value` makes a difference. */
export interface WatchedMark {
  readonly field: 'mark' | 'connmark';
  readonly value: number;
  readonly mask: number;
}

/** The marks that rules look at or hand to the routing: only these make a difference to anybody. */
export function watchedMarks(ruleset: Ruleset): WatchedMark[] {
  const watched: WatchedMark[] = [];
  for (const rule of ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules))) {
    for (const match of rule.matches) {
      if (match.kind === 'mark' || match.kind === 'connmark') {
        watched.push({ field: match.kind, value: match.value, mask: match.mask });
      }
    }
    for (const target of rule.targets) {
      if (target.kind === 'tproxy') watched.push({ field: 'mark', ...target.mark });
    }
  }
  return watched;
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

/** TPROXY marks for the routing, and so does restoring a connection's mark (ambient: `ip rule fwmark 0x111/0xfff`). */
function routedMarks(ruleset: Ruleset): WatchedMark[] {
  const targets = ruleset.tables.flatMap(({ chains }) =>
    chains.flatMap(({ rules }) => rules.flatMap((r) => r.targets)),
  );
  const restores = targets.some(({ kind }) => kind === 'connmark-restore');
  const restored = restores ? watchedMarks(ruleset).filter(({ field }) => field === 'connmark') : [];
  return [
    ...targets.flatMap((target): WatchedMark[] =>
      target.kind === 'tproxy' ? [{ field: 'mark', ...target.mark }] : [],
    ),
    ...restored.map((mark): WatchedMark => ({ ...mark, field: 'mark' })),
  ];
}

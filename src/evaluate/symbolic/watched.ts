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

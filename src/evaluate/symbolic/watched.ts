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
 * The marks that somebody outside of the rules looks at, as far as the rules themselves show: what they read, and what
 * they restore from a connection, which is done for the routing (ambient: `ip rule fwmark 0x111/0xfff`).
 */
export function marksSeenBy(ruleset: Ruleset): WatchedMark[] {
  const watched = watchedMarks(ruleset);
  const rules = ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules));
  const restores = rules.some(({ targets }) => targets.some(({ kind }) => kind === 'connmark-restore'));
  const restored = watched.filter(({ field }) => restores && field === 'connmark');
  return [...watched, ...restored.map((mark): WatchedMark => ({ ...mark, field: 'mark' }))];
}

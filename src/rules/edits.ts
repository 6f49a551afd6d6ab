import { groupBy } from '../model/group-by.ts';
import { type Chain, findChain, type Rule, type RuleReference, type Ruleset, type Table } from '../model/ruleset.ts';

/** A chain of the pod, with its table. */
export interface Home {
  readonly table: Table;
  readonly chain: Chain;
}

/** Something that repairs a pod, to be turned into commands. */
export type Edit =
  /** A live rule has to go. */
  | { readonly kind: 'delete'; readonly where: RuleReference }
  /** Rules of Istio's, all of one chain and in its order, have to come back into that chain of the pod. */
  | { readonly kind: 'restore'; readonly home: Home; readonly wanted: readonly RuleReference[] }
  /** The rules of a chain have to be put into the order that they have in another. */
  | { readonly kind: 'reorder'; readonly home: Home; readonly expected: Home }
  /** A base chain that drops what none of its rules decides has to let more through. */
  | { readonly kind: 'admit'; readonly home: Home; readonly rules: readonly Rule[] }
  /** Any other command, as words. */
  | { readonly kind: 'run'; readonly argv: readonly string[] };

/** What has to be done to single rules. */
export interface Mending {
  /** Live rules that have to go. */
  readonly remove: readonly RuleReference[];
  /** Rules of Istio's that have to come back. */
  readonly restore: readonly RuleReference[];
}

/**
 * The edits that repair single rules: deletions first, in each chain from its end, so that the position of none changes
 * before its turn. None when a chain is missing as well: that is not a matter of single rules.
 */
export function mendingEdits({ remove, restore }: Mending, live: Ruleset): Edit[] {
  const homes = groupBy(restore, chainKey).map((group) => ({ group, home: homeOf(group, live) }));
  if (homes.some(({ home }) => home === null)) return [];
  const deletions = remove.toSorted((a, b) => b.rule.index - a.rule.index).map(deletion);
  const inserts = homes.flatMap(({ group, home }): Edit[] => {
    const wanted = group.toSorted((a, b) => a.rule.index - b.rule.index);
    return home === null ? [] : [{ kind: 'restore', home, wanted }];
  });
  return [...deletions, ...inserts];
}

/** The edit that takes one live rule away. */
export function deletion(where: RuleReference): Edit {
  return { kind: 'delete', where };
}

/** The edits that put rules of chains into Istio's order. Rules of others stay where they are. */
export function orderEdits(expected: readonly RuleReference[], live: Ruleset): Edit[] {
  return groupBy(expected, chainKey).flatMap((group): Edit[] => {
    const home = homeOf(group, live);
    const [{ table, chain }] = group;
    return home === null ? [] : [{ kind: 'reorder', home, expected: { table, chain } }];
  });
}

/** Chains of one expected ruleset are told apart by identity. */
function chainKey({ chain }: RuleReference): Chain {
  return chain;
}

/** The live chain that rules of one expected chain belong to, if it and the ones that they jump to exist. */
function homeOf([first, ...others]: readonly [RuleReference, ...RuleReference[]], live: Ruleset): Home | null {
  const jumps = [first, ...others].flatMap(({ rule }) =>
    rule.targets.flatMap((target) => (target.kind === 'jump' || target.kind === 'goto' ? [target.chain] : [])),
  );
  for (const table of live.tables) {
    if (table.family !== first.table.family || table.name !== first.table.name) continue;
    const chain = findChain(table, first.chain.name);
    if (chain && [...new Set(jumps)].every((name) => findChain(table, name))) return { table, chain };
  }
  return null;
}

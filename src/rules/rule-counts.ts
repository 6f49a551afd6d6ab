import type { Match } from '../model/match.ts';
import type { Chain, Rule, RuleReference, Ruleset, Table } from '../model/ruleset.ts';
import type { Target } from '../model/target.ts';
import { ruleKey } from './rule-key.ts';

/** A chain and the table that holds it. */
type ChainInTable = readonly [Table, Chain];

/**
 * How often each rule is in its chain. Counted chain by chain, when asked for: a node has a hundred thousand
 * chains that Istio has nothing to do with, and printing their rules takes longer than anything else.
 */
export class RuleCounts {
  readonly #chains = new Map<string, ChainInTable[]>();
  readonly #counts = new Map<string, ReadonlyMap<string, number>>();

  constructor({ tables }: Ruleset) {
    for (const table of tables) {
      for (const chain of table.chains) {
        const key = keyOf(table, chain);
        const same = this.#chains.get(key);
        if (same === undefined) this.#chains.set(key, [[table, chain]]);
        else same.push([table, chain]);
      }
    }
  }

  /** How often the rule is in the chain of that name. */
  of({ table, chain, rule }: RuleReference): number {
    const key = keyOf(table, chain);
    if (!this.#chains.has(key)) return 0;
    return this.#in(key).get(sayingOf(table, rule)) ?? 0;
  }

  /** Whether every rule of the other is here at least as often, or may be one of those in its chain that were not read. */
  includes(other: RuleCounts): boolean {
    return [...other.#chains.keys()].every((key) => {
      const lacking = [...other.#in(key)].map(([text, count]) => Math.max(0, count - (this.#in(key).get(text) ?? 0)));
      const missing = lacking.reduce((sum, count) => sum + count, 0);
      return missing === 0 || missing <= this.#unreadIn(key).length;
    });
  }

  /** Whether a rule in the chain of that name has a part that was not read, and nothing else that speaks against the rule. */
  mayHaveUnread({ table, chain, rule }: RuleReference): boolean {
    const does = (other: Rule) => ruleKey({ ...other, matches: [] }, table.family);
    return this.#unreadIn(keyOf(table, chain)).some((one) => one.targets.some(isUnknown) || does(one) === does(rule));
  }

  #unreadIn(key: string): Rule[] {
    const rules = (this.#chains.get(key) ?? []).flatMap(([, chain]) => chain.rules);
    return rules.filter(({ matches, targets }) => [...matches, ...targets].some(isUnknown));
  }

  #in(key: string): ReadonlyMap<string, number> {
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const counts = new Map<string, number>();
    for (const [table, chain] of this.#chains.get(key) ?? []) {
      for (const rule of chain.rules) {
        const text = sayingOf(table, rule);
        counts.set(text, (counts.get(text) ?? 0) + 1);
      }
    }
    this.#counts.set(key, counts);
    return counts;
  }
}

/** What a rule says, whatever way it was written: the order of its conditions is the tool's, or the writer's. */
function sayingOf({ family }: Table, rule: Rule): string {
  const known = SAYINGS.get(rule);
  if (known !== undefined) return known;
  const saying = ruleKey(rule, family);
  SAYINGS.set(rule, saying);
  return saying;
}

/** A list of missing rules asks for each rule of its chain many times. */
const SAYINGS = new WeakMap<Rule, string>();

function isUnknown({ kind }: Match | Target): boolean {
  return kind === 'unknown';
}

function keyOf(table: Table, chain: Chain): string {
  return `${table.family} ${table.name} ${chain.name}`;
}

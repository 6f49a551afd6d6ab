import type { Chain, RuleReference, Ruleset, Table } from '../model/ruleset.ts';
import { RuleCounts } from './rule-counts.ts';

/** Finds rules of one ruleset in another by what they say and which chain they are in, not by their position. */
export class LayoutIndex {
  readonly #live: RuleCounts;
  readonly #expected: RuleCounts;
  /** Asked for each guilty rule of a chain that may have thousands. */
  readonly #flushed = new Map<Chain, boolean>();

  constructor(live: Ruleset, expected: Ruleset) {
    this.#live = new RuleCounts(live);
    this.#expected = new RuleCounts(expected);
  }

  /** Whether a chain of Istio's had several rules and has none of them any more: one command did that. */
  isFlushed(table: Table, chain: Chain): boolean {
    const flushed =
      this.#flushed.get(chain) ??
      (chain.rules.length > 1 && !chain.rules.some((rule) => this.liveCount({ table, chain, rule }) > 0));
    this.#flushed.set(chain, flushed);
    return flushed;
  }

  /** How often Istio would have programmed this rule in this chain. */
  expectedCount(where: RuleReference): number {
    return this.#expected.of(where);
  }

  /** Whether every rule that Istio would have programmed is in its chain, or may be one that was not read. */
  isComplete(): boolean {
    return this.#live.includes(this.#expected);
  }

  /** How often this rule is in this chain of the pod. */
  liveCount(where: RuleReference): number {
    return this.#live.of(where);
  }

  /** Whether this rule may be one in its chain that was not read, as nft shows some of iptables' by name alone. */
  mayBeUnread(where: RuleReference): boolean {
    return this.#live.mayHaveUnread(where);
  }
}

import { type Chain, isNative, type Rule, type RuleReference, type Table } from '../model/ruleset.ts';
import { printRule } from '../print/iptables/index.ts';
import { printNftRule } from '../print/nft/index.ts';

/**
 * The rule as the kernel prints it, whatever way it was written; comments and counts are left out. The order of its
 * conditions stays: whoever must not mind it asks for the `ruleKey`.
 */
export function canonical(table: Table, chain: Chain, rule: Rule): string {
  const printed = PRINTED.get(rule);
  if (printed?.backend === table.backend && printed.chain === chain.name) return printed.text;
  const text = printPlain(table, chain, rule);
  PRINTED.set(rule, { backend: table.backend, chain: chain.name, text });
  return text;
}

/** A list of missing rules asks for each rule of its chain many times. */
const PRINTED = new WeakMap<Rule, { readonly backend: string; readonly chain: string; readonly text: string }>();

function printPlain(table: Table, chain: Chain, rule: Rule): string {
  const { counters: _counted, ...uncounted } = rule;
  const plain = { ...uncounted, matches: rule.matches.filter((match) => match.kind !== 'comment') };
  return isNative({ table, rule }) ? `${chain.name} ${printNftRule(plain)}` : printRule(plain, chain.name);
}

/** Table, chain and text of a rule: the same for the same rule in two rulesets, wherever in its chain it stands. */
export function ruleIdentity({ table, chain, rule }: RuleReference): string {
  return `${table.family} ${table.name} ${canonical(table, chain, rule)}`;
}

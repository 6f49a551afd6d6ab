import type { Family } from '../model/family.ts';
import type { RuleReference, Table } from '../model/ruleset.ts';
import { canonical } from './context.ts';
import type { Evidence, QuotedRule } from './report.ts';

/** A rule as reports quote it: the text it was read with, or the one the kernel would print. */
export function quoted(where: RuleReference): QuotedRule {
  const text = where.rule.text === '' ? canonical(where.table, where.chain, where.rule) : where.rule.text;
  return { table: where.table.name, chain: where.chain.name, index: where.rule.index, text };
}

/** A live rule as evidence, with where it was read. */
export function ruleEvidence(where: RuleReference): Evidence {
  const { source, line } = where.rule.origin;
  return { kind: 'rule', ...quoted(where), ...(line > 0 ? { source, line } : {}) };
}

/** An expected rule that the pod lacks, as evidence. */
export function missingEvidence(where: RuleReference): Evidence {
  const { table, chain, text } = quoted(where);
  return { kind: 'chain', table, chain, text: `missing here: ${text}` };
}

/** The program that writes to the table: the variant that holds it, and the family. */
export function toolOf(table: Table, family: Family): string {
  if (table.backend === 'nftables') return 'nft';
  const base = family === 'ipv6' ? 'ip6tables' : 'iptables';
  return table.backend === 'iptables' ? base : base + table.backend.slice('iptables'.length);
}

/** The command that deletes a live rule. */
export function deleteCommand(where: RuleReference, family: Family): string {
  const { table, chain, rule } = where;
  if (table.backend === 'nftables') {
    return `In the pod: nft -a list chain ${table.family === 'ipv4' ? 'ip' : table.family} ${table.name} ${chain.name}, then nft delete rule with the handle of rule ${rule.index}.`;
  }
  return `In the pod: ${toolOf(table, family)} -t ${table.name} -D ${chain.name} ${rule.index}`;
}

/** The command that puts an expected rule back at its place; `live` names the variant that holds the pod's rules. */
export function insertCommand(where: RuleReference, family: Family, live: Table | undefined): string {
  const { table, chain, rule } = where;
  if (table.backend === 'nftables') {
    const quotedRule = quoted(where);
    return `In the pod: nft insert rule inet ${table.name} ${chain.name} index ${rule.index - 1} ${quotedRule.text}`;
  }
  const text = canonical(table, chain, rule).replace(`-A ${chain.name}`, '').trim();
  return `In the pod: ${toolOf(live ?? table, family)} -t ${table.name} -I ${chain.name} ${rule.index} ${text}`;
}

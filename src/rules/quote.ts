import type { Evidence, QuotedRule } from '../model/report.ts';
import type { RuleReference } from '../model/ruleset.ts';
import { canonical } from './canonical.ts';

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

/** Evidence by what it says, to find the same again in another finding. */
export function evidenceKey(evidence: Evidence): string {
  return JSON.stringify(evidence);
}

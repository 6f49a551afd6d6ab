import type { Evidence } from '../../model/report.ts';
import type { RuleReference } from '../../model/ruleset.ts';
import { ruleEvidence } from '../../rules/quote.ts';
import type { ClassifiedSocket } from '../../sockets/index.ts';

/** The rule that decides about a connection; null where none does, or none was read. */
export function ruleOf({ prediction }: ClassifiedSocket): RuleReference | null {
  return prediction === undefined || prediction.kind === 'undetermined' ? null : prediction.rule;
}

/** A rule as evidence, if there is one. */
export function ruleAsEvidence(rule: RuleReference | null): Evidence[] {
  return rule === null ? [] : [ruleEvidence(rule)];
}

import { type RuleReference, type Ruleset, rulesOf } from '../../model/ruleset.ts';

/**
 * The DROP of all tcp or all udp that Istio (1.24 and later) puts first into filter INPUT, FORWARD and OUTPUT while it
 * replaces rules, and that stays when it is interrupted.
 */
export function guardrailsIn(ruleset: Ruleset): RuleReference[] {
  return rulesOf(ruleset).filter(isGuardrail);
}

/** Whether a rule is one of the guardrails: first or second of its chain, and nothing but a protocol and DROP. */
export function isGuardrail({ table, chain, rule }: RuleReference): boolean {
  const [match] = rule.matches;
  return (
    table.name === 'filter' &&
    chain.base !== undefined &&
    ['INPUT', 'FORWARD', 'OUTPUT'].includes(chain.name) &&
    rule.index <= 2 &&
    rule.matches.length === 1 &&
    match?.kind === 'protocol' &&
    !match.negated &&
    (match.protocol === 6 || match.protocol === 17) &&
    rule.targets[0]?.kind === 'drop'
  );
}

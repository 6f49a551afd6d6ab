import type { RuleReference } from '../model/ruleset.ts';

/** No packet has this protocol (it is reserved), which is why Istio's probe uses it. */
const PROBE_PROTOCOL = 255;

/**
 * Whether a rule is the one with which Istio tries out a backend (1.25.4 and later) and which it deletes at once: in
 * filter INPUT until 1.27.0, in nat INPUT since, with a comment in some releases.
 */
export function isProbeResidue({ table, chain, rule }: RuleReference): boolean {
  if (chain.name !== 'INPUT' || !['filter', 'nat'].includes(table.name)) return false;
  const decisive = rule.matches.filter(({ kind }) => kind !== 'comment');
  const [match] = decisive;
  return decisive.length === 1 && match?.kind === 'protocol' && !match.negated && match.protocol === PROBE_PROTOCOL;
}

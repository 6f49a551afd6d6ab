import type { Rule } from '../model/ruleset.ts';
import { matchOutcome } from './match.ts';
import { matchesOf } from './merged-ports.ts';
import type { Outcome } from './outcome.ts';
import type { Semantics } from './semantics.ts';
import type { State } from './state.ts';

/** Whether all matches of a rule hold: one that does not decides, then one that is undetermined. */
export function ruleOutcome(rule: Rule, state: State, semantics: Semantics): Outcome {
  let outcome: Outcome = 'match';
  for (const match of matchesOf(rule, semantics)) {
    const next = matchOutcome(match, state, semantics);
    if (next === 'no-match') return 'no-match';
    if (next === 'undetermined') outcome = 'undetermined';
  }
  return outcome;
}

import type { Match } from '../model/match.ts';
import { matchOutcome } from './match.ts';
import type { Outcome } from './outcome.ts';
import type { Semantics } from './semantics.ts';
import type { State } from './state.ts';

/** Whether all matches of a rule (`matchesOf`) hold: one that does not decides, then one that is undetermined. */
export function ruleOutcome(matches: readonly Match[], state: State, semantics: Semantics): Outcome {
  let outcome: Outcome = 'match';
  for (const match of matches) {
    const next = matchOutcome(match, state, semantics);
    if (next === 'no-match') return 'no-match';
    if (next === 'undetermined') outcome = 'undetermined';
  }
  return outcome;
}

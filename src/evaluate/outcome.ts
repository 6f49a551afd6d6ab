/** Whether a condition holds for a packet; `undetermined` when nothing we know of the packet decides it. */
export type Outcome = 'match' | 'no-match' | 'undetermined';

/** The outcome of a test that is known to hold or not. */
export function known(holds: boolean): Outcome {
  return holds ? 'match' : 'no-match';
}

/** The outcome of the inverted condition. */
export function negateIf(negated: boolean, outcome: Outcome): Outcome {
  if (!negated || outcome === 'undetermined') return outcome;
  return outcome === 'match' ? 'no-match' : 'match';
}

/** Conjunction: one `no-match` decides, then one `undetermined`. */
export function both(a: Outcome, b: Outcome): Outcome {
  if (a === 'no-match' || b === 'no-match') return 'no-match';
  return a === 'undetermined' || b === 'undetermined' ? 'undetermined' : 'match';
}

/** Disjunction: one `match` decides, then one `undetermined`. */
export function either(a: Outcome, b: Outcome): Outcome {
  if (a === 'match' || b === 'match') return 'match';
  return a === 'undetermined' || b === 'undetermined' ? 'undetermined' : 'no-match';
}

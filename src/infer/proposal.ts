import type { ConfigKey } from '../model/config.ts';
import type { EraGroup } from './eras.ts';
import type { Explanation } from './explain.ts';
import type { Reading } from './types.ts';

/** An explanation of live rules together with the eras it holds for and how it was found. */
export interface Proposal extends Explanation {
  readonly eras: EraGroup;
  readonly reading: Reading;
  readonly suspicious: readonly ConfigKey[];
}

/** A proposal among others, which tell how much of what it leaves unexplained is Istio's. */
export interface Ranked extends Proposal {
  /** How many live rules its release does not write though they stand in Istio's way, or another proposal has them. */
  readonly unwritten: number;
}

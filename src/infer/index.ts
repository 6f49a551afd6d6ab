import type { Ruleset } from '../model/ruleset.ts';
import { candidatesFor } from './candidates.ts';
import { keyedChains } from './live.ts';
import type { Candidate, Evidence, Inference } from './types.ts';
import { viewsOf } from './view.ts';

export type { Candidate, Certainty, Evidence, Inference, RuleDifference } from './types.ts';

/** More candidates than anybody looks at; the worst of 40 layouts are of no interest. */
const MOST_CANDIDATES = 12;

/**
 * Which Istio releases and inputs live rules were written from, best candidate first. An input is only read where Istio
 * writes it; whatever stands elsewhere, is missing or out of order counts as distance. Never throws for rules of any kind.
 */
export function inferConfig(ruleset: Ruleset, evidence: Evidence = {}): Inference {
  const candidates = viewsOf(ruleset).flatMap((view) => {
    return candidatesFor({ view, live: keyedChains(view.tables), evidence });
  });
  return { candidates: candidates.toSorted((a, b) => a.distance - b.distance).slice(0, MOST_CANDIDATES) };
}

/** The best candidate that takes nothing suspicious for an intention: what live rules may be held against. */
export function safeCandidate({ candidates }: Inference): Candidate | undefined {
  return candidates.find(({ suspicious }) => suspicious.length === 0);
}

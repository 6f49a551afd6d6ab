import { FAMILIES } from '../model/family.ts';
import type { Coverage } from '../model/pod.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { candidateOf, carriedOver, compareProposals, proposalsFor, ranked } from './candidates.ts';
import type { Subject } from './explain.ts';
import { viewsOf } from './istio-tables.ts';
import { keyedChains } from './live.ts';
import type { Ranked } from './proposal.ts';
import { sampleOf } from './sample.ts';
import type { Candidate, Evidence, Inference } from './types.ts';

export { UNSEEN_SERVER } from './sidecar/dns.ts';
export type { Candidate, Evidence, Inference, Programmer, RuleDifference } from './types.ts';
export { optionsFromRules } from './unsaid.ts';

/** More candidates than anybody looks at; the worst of 40 layouts are of no interest. */
const MOST_CANDIDATES = 12;
/** Of a large ruleset only the best guesses from a sample are compared with all of it. */
const MOST_CARRIED_OVER = 3;

/**
 * Which Istio releases and inputs live rules were written from, best candidate first. An input is only read where Istio
 * writes it; whatever stands elsewhere, is missing or out of order counts as distance. Never throws for rules of any
 * kind; throws a RangeError when the declared release is not one.
 */
export function inferConfig(ruleset: Ruleset, evidence: Evidence = {}): Inference {
  const sample = sampleOf(ruleset);
  const subjects = subjectsOf(ruleset, evidence);
  const samples = sample === ruleset ? subjects : subjectsOf(sample, evidence);
  const found = subjects.flatMap((subject, position) => {
    const proposals = proposalsFor(samples[position] ?? subject);
    return (sample === ruleset ? proposals : whole(subject, proposals)).map((proposal) => ({ subject, proposal }));
  });
  const best = found.toSorted((a, b) => compareProposals(a.proposal, b.proposal)).slice(0, MOST_CANDIDATES);
  return { candidates: best.map(({ subject, proposal }) => candidateOf(subject, proposal)) };
}

function subjectsOf(ruleset: Ruleset, evidence: Evidence): Subject[] {
  const coverage = evidence.coverage ?? shown(ruleset);
  return viewsOf(ruleset).map((view) => ({ view, live: keyedChains(view.tables), evidence, coverage }));
}

/** Unless it is known otherwise, a family without any table was not looked at. */
function shown(ruleset: Ruleset): Coverage[] {
  const families = FAMILIES.filter((family) =>
    ruleset.tables.some((table) => table.family === family || table.family === 'inet'),
  );
  return families.map((family) => ({ family, tables: 'all' }));
}

/** The best of the proposals, and the best that is not suspicious. */
function whole(subject: Subject, proposals: readonly Ranked[]): Ranked[] {
  const trusted = proposals.find(({ suspicious }) => suspicious.length === 0);
  const best = new Set([...proposals.slice(0, MOST_CARRIED_OVER), ...(trusted === undefined ? [] : [trusted])]);
  return ranked([...best].map((proposal) => carriedOver(subject, proposal)));
}

/** The best candidate that takes nothing suspicious for an intention: what live rules may be compared with. */
export function safeCandidate({ candidates }: Inference): Candidate | undefined {
  return candidates.find(({ suspicious }) => suspicious.length === 0);
}

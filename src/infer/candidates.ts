import type { Config, ConfigKey } from '../model/config.ts';
import { type EraGroup, erasFor, isNext, rangeOf } from './eras.ts';
import { type Explanation, explainBest, type Subject } from './explain.ts';
import { certaintyOf, oddity, reasonsFor, same } from './inputs.ts';
import type { Candidate, Observed } from './types.ts';

/** An explanation of the live rules together with the eras it holds for. */
interface Proposal extends Explanation {
  readonly eras: EraGroup;
  readonly suspicious: readonly ConfigKey[];
}

/** Every reading of a view's rules, best first. */
export function candidatesFor(subject: Subject): Candidate[] {
  const groups = erasFor(subject.view, subject.evidence.declared?.istioVersion);
  const proposals = groups.flatMap((eras) => proposalsOf(subject, eras));
  return joined(proposals)
    .toSorted(compare)
    .map((proposal) => candidate(subject, proposal));
}

/** The cautious reading, and the literal one where it says something else. */
function proposalsOf(subject: Subject, eras: EraGroup): Proposal[] {
  const cautious: Proposal = { ...explainBest(subject, eras, 'cautious'), eras, suspicious: [] };
  const literal = explainBest(subject, eras, 'literal');
  const suspicious = changedKeys(cautious.observed, literal.observed);
  // A literal reading that does not fit better has nothing to say for its doubts.
  const better = suspicious.length > 0 && literal.differences.length < cautious.differences.length;
  return better ? [{ ...literal, eras, suspicious }, cautious] : [cautious];
}

function changedKeys(cautious: Observed, literal: Observed): ConfigKey[] {
  const keys = Object.keys({ ...cautious, ...literal }) as ConfigKey[];
  return keys.filter((key) => !same(cautious[key], literal[key]));
}

/** Eras next to each other with the same layout for the same inputs become one range. */
function joined(proposals: readonly Proposal[]): Proposal[] {
  const open: Proposal[] = [];
  for (const proposal of proposals) {
    const before = open.findIndex((earlier) => isNext(earlier.eras, proposal.eras) && isSameReading(earlier, proposal));
    const earlier = open[before];
    if (earlier === undefined) open.push(proposal);
    else open[before] = { ...proposal, eras: [...earlier.eras, ...proposal.eras] };
  }
  return open;
}

/** The newer release may have more inputs: then they must be what they cannot be in the older one. */
function isSameReading(a: Proposal, b: Proposal): boolean {
  if (a.differences.length !== b.differences.length || a.suspicious.join() !== b.suspicious.join()) return false;
  const keys = Object.keys(a.observed) as ConfigKey[];
  const added = (Object.keys(b.observed) as ConfigKey[]).filter((key) => !Object.hasOwn(a.observed, key));
  return (
    keys.every((key) => same(a.observed[key], b.config[key])) &&
    added.every((key) => same(a.config[key], b.observed[key]))
  );
}

function compare(a: Proposal, b: Proposal): number {
  return (
    a.differences.length - b.differences.length ||
    b.explained - a.explained ||
    a.suspicious.length - b.suspicious.length ||
    oddity(a.config, a.observed) - oddity(b.config, b.observed) ||
    minorOf(b.config) - minorOf(a.config)
  );
}

function minorOf(config: Config): number {
  return Number(config.istioVersion.split('.')[1]);
}

function candidate(subject: Subject, { eras, config, observed, differences, suspicious }: Proposal): Candidate {
  return {
    releases: rangeOf(eras),
    config,
    distance: differences.length,
    backend: subject.view.backend,
    certainty: certaintyOf(observed, suspicious),
    suspicious,
    reasons: reasonsFor(config, observed, suspicious),
    differences,
  };
}

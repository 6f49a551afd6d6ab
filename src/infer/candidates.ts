import type { Config, ConfigKey } from '../model/config.ts';
import { type EraGroup, erasFor, gapsIn, isNext, rangeOf } from './eras.ts';
import { explain, observe, type Subject, withoutTraces } from './explain.ts';
import { certaintyOf, oddity, reasonsFor, same } from './inputs.ts';
import { commentedChains, programmerOf } from './programmer.ts';
import type { Proposal, Ranked } from './proposal.ts';
import type { Candidate, Observed, Reading } from './types.ts';
import { widened } from './widen.ts';

/** How many of the nearest eras are looked at closely; the others are too far away to win. */
const NEAREST = 8;
/** How many groups of eras are looked at beyond those that fit exactly. */
const BEYOND_EXACT = 3;

/** Every reading of a view's rules, best first. */
export function proposalsFor(subject: Subject): Ranked[] {
  const groups = erasFor(subject.view, subject.evidence);
  const drafts = ranked(draftsFor(subject, groups));
  const proposals = drafts.flatMap((draft) => (isNear(draft, drafts) ? refined(subject, draft) : [draft]));
  return widened(subject, groups, joined(ranked(proposals)).toSorted(compareProposals));
}

/** The proposals with what the others say of the rules that each leaves unexplained: what one of them writes is Istio's. */
export function ranked(proposals: readonly Proposal[]): Ranked[] {
  const all = new Set(proposals.flatMap(({ strangers }) => [...strangers]));
  const istios = new Set([...all].filter((rule) => proposals.some(({ strangers }) => !strangers.has(rule))));
  return proposals.map((proposal) => {
    const inTheWay = new Set(proposal.differences.flatMap(({ kind, rule }) => (kind === 'extra' ? [rule] : [])));
    const unwritten = [...proposal.strangers].filter((rule) => inTheWay.has(rule) || istios.has(rule)).length;
    return { ...proposal, unwritten };
  });
}

/**
 * A cautious reading for each group of eras, oldest first. When some fit exactly only those are of interest: newest are
 * tried first, and no more than it takes to see that the range has ended. No layout ever returned after more than one.
 */
function draftsFor(subject: Subject, groups: readonly EraGroup[]): Proposal[] {
  const drafts: Proposal[] = [];
  let beyond = 0;
  for (const eras of groups.toReversed()) {
    const draft = propose(subject, eras, 'cautious');
    drafts.push(draft);
    if (!isExact(draft) && drafts.some(isExact)) beyond += 1;
    if (beyond === BEYOND_EXACT) break;
  }
  const exact = drafts.filter(isExact);
  return (exact.length > 0 ? exact : drafts).reverse();
}

function isExact({ differences, foreign }: Proposal): boolean {
  return differences.length + foreign === 0;
}

function propose(subject: Subject, eras: EraGroup, reading: Reading): Proposal {
  return { ...explain(subject, eras, reading), eras, reading, suspicious: [] };
}

/** Whether a closer look can make the draft the best: not where one explains all, nor for those that are far off. */
function isNear(draft: Ranked, all: readonly Ranked[]): boolean {
  if (all.some(isExact)) return false;
  return all.filter((other) => compareFit(other, draft) < 0).length < NEAREST;
}

/** The cautious reading at its best, and the literal one where it says something else that fits better. */
function refined(subject: Subject, draft: Proposal): Proposal[] {
  const cautious = { ...draft, ...withoutTraces(subject, draft.eras, 'cautious', draft) };
  const suspicious = changedKeys(draft.observed, observe(subject, draft.eras, 'literal'));
  if (suspicious.length === 0) return [cautious];
  const first = propose(subject, draft.eras, 'literal');
  const literal = { ...first, ...withoutTraces(subject, draft.eras, 'literal', first), suspicious };
  const [both, other] = ranked([literal, cautious]);
  return both && other && compareFit(both, other) < 0 ? [literal, cautious] : [cautious];
}

function changedKeys(cautious: Observed, literal: Observed): ConfigKey[] {
  const keys = Object.keys({ ...cautious, ...literal }) as ConfigKey[];
  return keys.filter((key) => !same(cautious[key], literal[key]));
}

/** Eras next to each other with the same layout for the same inputs become one range. */
function joined(proposals: readonly Ranked[]): Ranked[] {
  const open: Ranked[] = [];
  for (const proposal of proposals) {
    const before = open.findIndex((earlier) => isNext(earlier.eras, proposal.eras) && isSameReading(earlier, proposal));
    const earlier = open[before];
    if (earlier === undefined) open.push(proposal);
    else open[before] = { ...proposal, eras: [...earlier.eras, ...proposal.eras] };
  }
  return open;
}

/** The newer release may have more inputs: each must then have the value that is fixed in the older one. */
function isSameReading(a: Proposal, b: Proposal): boolean {
  if (a.differences.length !== b.differences.length || a.suspicious.join() !== b.suspicious.join()) return false;
  if (a.foreign !== b.foreign || a.strangers.size !== b.strangers.size) return false;
  const keys = Object.keys({ ...a.observed, ...b.observed }) as ConfigKey[];
  return keys.every((key) => same(a.config[key], b.config[key]));
}

/** Best first: nearest (see `compareFit`), then most trustworthy, plainest, with the fewest copies, newest. */
export function compareProposals(a: Ranked, b: Ranked): number {
  return (
    compareFit(a, b) ||
    a.suspicious.length - b.suspicious.length ||
    oddity(a.config, a.observed) - oddity(b.config, b.observed) ||
    a.differences.length - b.differences.length ||
    minorOf(b.config) - minorOf(a.config)
  );
}

/**
 * What is missing got lost or was never written, and what is there twice was written twice. What a release does not write
 * takes somebody else, and where another release does write it, it was that one.
 */
function compareFit(a: Ranked, b: Ranked): number {
  return a.unwritten - b.unwritten || lost(a) - lost(b) || a.foreign - b.foreign;
}

/** Where more rules than these are missing at the ends of chains, how many there are only says how large a layout is. */
const MOST_UNFINISHED = 6;

function lost({ differences, unfinished }: Proposal): number {
  const missing = differences.filter(({ kind }) => kind === 'missing').length;
  return missing - unfinished + Math.min(unfinished, MOST_UNFINISHED);
}

function minorOf(config: Config): number {
  return Number(config.istioVersion.split('.')[1]);
}

/** A proposal made on a part of the rules, carried over to all of them. */
export function carriedOver(subject: Subject, proposal: Proposal): Proposal {
  const { eras, reading, guess } = proposal;
  return { ...proposal, ...explain(subject, eras, reading, guess) };
}

/** A proposal as it is reported. */
export function candidateOf(subject: Subject, proposal: Proposal): Candidate {
  const { eras, config, observed, differences, suspicious, common } = proposal;
  return {
    releases: rangeOf(eras),
    except: gapsIn(eras),
    config,
    distance: differences.length,
    backend: subject.view.backend,
    certainty: certaintyOf(observed, suspicious),
    suspicious,
    reasons: reasonsFor(config, observed, suspicious),
    differences,
    programmer: programmerOf({
      config,
      read: new Set(Object.keys(observed)),
      common,
      distance: differences.length,
      commented: commentedChains(subject.live.values()),
      evidence: subject.evidence,
    }),
  };
}

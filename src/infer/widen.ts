import { buildLayout } from '../layout/index.ts';
import { compareChains } from './distance.ts';
import { type EraGroup, newestOf } from './eras.ts';
import { observe, type Subject } from './explain.ts';
import { same } from './inputs.ts';
import type { Proposal, Ranked } from './proposal.ts';
import { optionsFromRules } from './unsaid.ts';

/** No layout ever returned after more than one other. */
const MOST_MISSES = 3;

/**
 * Every exact proposal with all the eras that write its rules from its inputs, also those that their own reading would
 * have led astray, and those beyond an era that differs. What one already covers is left out of the next.
 */
export function widened(subject: Subject, groups: readonly EraGroup[], proposals: readonly Ranked[]): Ranked[] {
  const kept: Ranked[] = [];
  for (const proposal of proposals) {
    const exact = proposal.differences.length === 0;
    if (exact && kept.some((earlier) => isCovered(proposal, earlier))) continue;
    kept.push(exact ? widest(subject, groups, proposal) : proposal);
  }
  return kept;
}

function isCovered(proposal: Proposal, by: Proposal): boolean {
  const doubts = new Set(proposal.suspicious);
  return proposal.eras.every((era) => by.eras.includes(era)) && by.suspicious.every((key) => doubts.has(key));
}

function widest(subject: Subject, groups: readonly EraGroup[], proposal: Ranked): Ranked {
  const own = groups.flatMap((group, position) => (proposal.eras.includes(group[0]) ? [position] : []));
  const older = groups.slice(0, own[0]).toReversed();
  const newer = groups.slice((own.at(-1) ?? -1) + 1);
  const alike = new Set([...reached(subject, older, proposal), ...reached(subject, newer, proposal)]);
  const [first, ...others] = groups.filter((group) => proposal.eras.includes(group[0]) || alike.has(group)).flat();
  if (first === undefined) return proposal;
  return {
    ...proposal,
    eras: [first, ...others],
    config: { ...proposal.config, istioVersion: newestOf([first, ...others]) },
  };
}

/** Going away from the proposal's own eras, those that write the same rules, until several in a row have not. */
function reached(subject: Subject, away: readonly EraGroup[], proposal: Proposal): EraGroup[] {
  const found: EraGroup[] = [];
  let misses = 0;
  for (const group of away) {
    if (writes(subject, group, proposal)) found.push(group);
    else misses += 1;
    if (misses === MOST_MISSES) break;
  }
  return found;
}

function writes(subject: Subject, eras: EraGroup, proposal: Proposal): boolean {
  const { config, foreign } = proposal;
  if (!isAnnotatedAlike(subject, eras, proposal)) return false;
  const { tables } = buildLayout({ ...config, istioVersion: newestOf(eras) }, optionsFromRules(subject.view.tables));
  const compared = compareChains(subject.live, tables, subject.coverage);
  return compared.differences.length === 0 && compared.foreign <= foreign;
}

/** Whether the annotations make the same list in the release, where there are any. */
function isAnnotatedAlike(subject: Subject, eras: EraGroup, { observed, reading, guess }: Proposal): boolean {
  if (subject.evidence.annotations === undefined) return true;
  return same(observe(subject, eras, reading, guess).inboundPortsExclude, observed.inboundPortsExclude);
}

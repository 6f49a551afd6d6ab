import type { DiffAnswer } from '../../diagnose/differences.ts';
import { capitalised, fileNames, istioName, subjectOf } from '../subject.ts';
import { count } from '../words.ts';
import type { Wording } from './class.ts';

const LAYOUT: Wording = {
  live: 'Is now',
  expected: 'Should be',
  cause: {
    added: "not Istio's rule:",
    removed: "Istio's rule is missing:",
    early: 'every rule is there, in another order; this one comes too early:',
  },
};

const BEFORE: Wording = {
  live: 'Now',
  expected: 'Before',
  cause: { added: 'new rule:', removed: 'this rule is gone:', early: 'the order changed; this one is now earlier:' },
};

/** How the two sides of a comparison are called. */
export function wordingOf({ other }: Pick<DiffAnswer, 'other'>): Wording {
  return other.kind === 'layout' ? LAYOUT : BEFORE;
}

/** The answer of `diff` in a sentence. */
export function headSentence({ report, source, other }: DiffAnswer, classes: number): string {
  const many = count(classes, 'kind').replace(/$/, ' of packets');
  if (other.kind === 'layout') {
    const istio = istioName({ ...other.config, releases: other.releases });
    if (report.equivalent === null) return `Whether ${subjectOf(source)} does what ${istio} would do cannot be told.`;
    if (report.equivalent) return `${capitalised(subjectOf(source))} treats every packet as ${istio} would.`;
    return `${capitalised(subjectOf(source))} treats ${many} differently than ${istio} would.`;
  }
  const change = `between ${fileNames(other.files)} and ${source.kind === 'rules' ? fileNames(source.files) : subjectOf(source)}`;
  if (report.equivalent === null) return `Whether anything changed for traffic ${change} cannot be told.`;
  if (report.equivalent) return `Nothing changed for any packet ${change}.`;
  return `${many} ${classes === 1 ? 'fares' : 'fare'} differently: what changed ${change}.`;
}

import type { DiffAnswer } from '../../diagnose/differences.ts';
import { escapeText } from '../escape.ts';
import { type ReportOptions, type Style, styleOf, symbol } from '../style.ts';
import { capitalised, fileNames, istioName, openLines, subjectOf } from '../subject.ts';
import { count } from '../words.ts';
import { wrap } from '../wrap.ts';
import { difference as differenceLines, grouped, type Wording } from './class.ts';

/** More than anybody reads; the JSON report has them all. */
const MOST_CLASSES = 20;

/**
 * The report of `diff` for people: the answer in a sentence, then class by class which packets, one of them, what
 * happens to it on both sides and by which rule, and the rule that makes the difference; then what could not be told.
 */
export function diffTable(answer: DiffAnswer, options: ReportOptions): string {
  const style = styleOf(options);
  const { report, other, causes } = answer;
  const words = other.kind === 'layout' ? LAYOUT : BEFORE;
  const classes = grouped(report.differences, causes);
  const sections = [
    headLines(answer, classes.length, style),
    ...classes.slice(0, MOST_CLASSES).map((one, index) => differenceLines(one, index + 1, words, style, options)),
    classes.length > MOST_CLASSES ? [`… and ${classes.length - MOST_CLASSES} more, all in the report of --json`] : [],
    openLines(report.undetermined, style),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

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

function headLines(answer: DiffAnswer, classes: number, style: Style): string[] {
  const { equivalent } = answer.report;
  const mark = equivalent === null ? 'undetermined' : equivalent ? 'pass' : 'fail';
  const lines = wrap(escapeText(headSentence(answer, classes)), style.width - 2);
  return lines.map((line, index) => `${index === 0 ? symbol(mark, style.chalk) : ' '} ${style.chalk.bold(line)}`);
}

function headSentence({ report, source, other }: DiffAnswer, classes: number): string {
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

import type { DiffAnswer } from '../../diagnose/differences.ts';
import { escapeText } from '../escape.ts';
import { type ReportOptions, type Style, styleOf, symbol } from '../style.ts';
import { openLines } from '../subject.ts';
import { wrap } from '../wrap.ts';
import { difference as differenceLines, grouped } from './class.ts';
import { headSentence, wordingOf } from './words.ts';

/** More than anybody reads; the JSON report has them all. */
const MOST_CLASSES = 20;

/**
 * The report of `diff` for people: the answer in a sentence, then class by class which packets, one of them, what
 * happens to it on both sides and by which rule, and the rule that makes the difference; then what could not be told.
 */
export function diffTable(answer: DiffAnswer, options: ReportOptions): string {
  const style = styleOf(options);
  const { report, causes } = answer;
  const words = wordingOf(answer);
  const classes = grouped(report.differences, causes);
  const sections = [
    headLines(answer, classes.length, style),
    ...classes.slice(0, MOST_CLASSES).map((one, index) => differenceLines(one, index + 1, words, style, options)),
    classes.length > MOST_CLASSES ? [`… and ${classes.length - MOST_CLASSES} more, all in the report of --json`] : [],
    openLines(report.undetermined, style),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headLines(answer: DiffAnswer, classes: number, style: Style): string[] {
  const { equivalent } = answer.report;
  const mark = equivalent === null ? 'undetermined' : equivalent ? 'pass' : 'fail';
  const lines = wrap(escapeText(headSentence(answer, classes)), style.width - 2);
  return lines.map((line, index) => `${index === 0 ? symbol(mark, style.chalk) : ' '} ${style.chalk.bold(line)}`);
}

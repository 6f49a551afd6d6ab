import type { DiffAnswer } from '../../diagnose/differences.ts';
import { classTitle, grouped, type ShownClass, type Wording } from '../diff/class.ts';
import { classText } from '../diff/plain.ts';
import { headSentence, wordingOf } from '../diff/words.ts';
import { escapedLines } from '../plain.ts';
import { openBlocks } from './check.ts';
import { block, markdownDocument, prose } from './text.ts';

/** The report of `diff` for a ticket: the answer, and each class of packets that fares differently. */
export function diffMarkdown(answer: DiffAnswer): string {
  const { report, causes } = answer;
  const classes = grouped(report.differences, causes);
  const words = wordingOf(answer);
  return markdownDocument([
    '## istio-nat diff',
    prose(headSentence(answer, classes.length)),
    ...classes.flatMap((one, index) => classBlocks(one, index + 1, words)),
    ...openBlocks(report.undetermined),
  ]);
}

function classBlocks(shown: ShownClass, number: number, words: Wording): string[] {
  return [`### ${number}. ${prose(classTitle(shown))}`, block(escapedLines(classText(shown, words)))];
}

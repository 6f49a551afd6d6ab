import type { DiffAnswer } from '../../diagnose/differences.ts';
import { classTitle, grouped } from '../diff/class.ts';
import { classText } from '../diff/plain.ts';
import { headSentence, wordingOf } from '../diff/words.ts';
import { fileLineOf } from '../places.ts';
import { annotation } from './command.ts';
import { obstacleAnnotation } from './obstacle.ts';

/** The report of `diff` as annotations of a workflow run: one for each class of packets, and the answer. */
export function diffGithub(answer: DiffAnswer): string {
  const { report, source, causes } = answer;
  const where = fileLineOf([], source);
  const words = wordingOf(answer);
  const classes = grouped(report.differences, causes);
  return [
    ...classes.map((one) => annotation('error', { ...where, title: classTitle(one) }, classText(one, words))),
    ...report.undetermined.map(obstacleAnnotation),
    annotation('notice', { title: 'istio-nat diff' }, headSentence(answer, classes.length)),
  ].join('');
}

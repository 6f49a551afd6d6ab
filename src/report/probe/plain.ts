import type { ProbeResult } from '../../probe/types.ts';
import { place, verdictWords } from '../words.ts';

/** What became of an attempt, line by line, for where there is nothing but text. */
export function probeText({ message, expected, predicted, rule }: ProbeResult): string {
  return [
    message,
    `Should be: ${verdictWords(expected)}`,
    `By the rules: ${predicted === null ? 'the rules cannot be read' : verdictWords(predicted)}`,
    ...(rule === null ? [] : [`Rule ${place(rule)}: ${rule.text.replaceAll('\n', ' ')}`]),
  ].join('\n');
}

import type { ProbeAnswer, ProbeResult } from '../../probe/types.ts';
import { probeText } from '../probe/plain.ts';
import { probeSentence } from '../probe/table.ts';
import { annotation } from './command.ts';

const LEVELS = { pass: 'notice', fail: 'error', undetermined: 'error', skipped: 'notice' } as const;
const WORDS = { pass: 'as intended', fail: 'not as intended', undetermined: 'cannot be judged', skipped: 'not sent' };

/** The report of `probe` as annotations of a workflow run, one for each attempt. */
export function probeGithub({ probes, undetermined }: ProbeAnswer): string {
  return [
    ...probes.map(probeAnnotation),
    ...undetermined.map(({ code, message, remedy }) =>
      annotation('warning', { title: code }, `${message}\nTo see it: ${remedy}`),
    ),
  ].join('');
}

function probeAnnotation(attempt: ProbeResult): string {
  const { outcome } = attempt;
  const title = `istio-nat probe: ${WORDS[outcome]}`;
  return annotation(LEVELS[outcome], { title }, `${probeSentence(attempt)}\n${probeText(attempt)}`);
}

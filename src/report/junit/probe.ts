import type { ProbeAnswer, ProbeResult } from '../../probe/types.ts';
import { probeText } from '../probe/plain.ts';
import { probeSentence } from '../probe/table.ts';
import type { ReportOptions } from '../style.ts';
import { junitDocument, type TestResult } from './document.ts';

const KINDS = { pass: null, fail: 'failure', undetermined: 'error', skipped: 'skipped' } as const;

/** The report of `probe` as JUnit: a test for each attempt. */
export function probeJunit({ probes, undetermined }: ProbeAnswer, { now }: Pick<ReportOptions, 'now'>): string {
  return junitDocument({
    command: 'probe',
    now,
    cases: probes.map((attempt) => ({
      name: probeSentence(attempt),
      seconds: (attempt.sent?.durationMs ?? 0) / 1000,
      result: resultOf(attempt),
    })),
    output: undetermined.map(({ code, message, remedy }) => `${code}: ${message}\nTo see it: ${remedy}`).join('\n\n'),
  });
}

function resultOf(attempt: ProbeResult): TestResult | null {
  const kind = KINDS[attempt.outcome];
  if (kind === null) return null;
  return { kind, type: attempt.purpose, message: attempt.message, text: probeText(attempt) };
}

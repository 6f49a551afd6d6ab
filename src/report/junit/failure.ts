import { FAILURE_TITLES, type FailedRun, failureLines, type ReportedFailure } from '../failure.ts';
import { junitDocument } from './document.ts';

/** An error as JUnit: one test that erred, where a suite without tests would pass for a success. */
export function failureJunit(failure: ReportedFailure, { command, now }: FailedRun): string {
  const { kind, message, code } = failure;
  const result = { kind: 'error', type: code ?? kind, message, text: failureLines(failure) } as const;
  return junitDocument({ command, now, cases: [{ name: FAILURE_TITLES[kind], result }] });
}

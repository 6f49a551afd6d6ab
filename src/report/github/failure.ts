import { FAILURE_TITLES, type FailedRun, failureLines, type ReportedFailure } from '../failure.ts';
import { annotation } from './command.ts';

/** An error as an annotation of a workflow run. */
export function failureGithub(failure: ReportedFailure, { command }: FailedRun): string {
  const title = `istio-nat ${command}: ${FAILURE_TITLES[failure.kind]}`;
  return annotation('error', { title }, failureLines(failure));
}

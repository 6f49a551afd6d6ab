import type { Invocation } from 'sarif';
import type { Undetermined } from '../../model/report.ts';
import { failureLines, type ReportedFailure } from '../failure.ts';
import { escapedLines } from '../plain.ts';
import { message, sarifLog } from './log.ts';

/** A run that looked, with what it could not tell: then it was no success, whatever it found. */
export function invocationOf(undetermined: readonly Undetermined[]): Invocation {
  return {
    executionSuccessful: undetermined.length === 0,
    toolExecutionNotifications: undetermined.map(({ code, message: what, remedy }) => ({
      descriptor: { id: code },
      level: 'error',
      message: message(escapedLines(`${what}\nTo see it: ${remedy}`)),
    })),
  };
}

/** An error as SARIF: a run that failed, and has no results to be taken for all that there are. */
export function failureSarif(failure: ReportedFailure): string {
  const { kind, exitCode, code = kind } = failure;
  const text = message(escapedLines(failureLines(failure)));
  const notifications = [{ descriptor: { id: code }, level: 'error' as const, message: text }];
  const told =
    kind === 'usage'
      ? { toolConfigurationNotifications: notifications }
      : { toolExecutionNotifications: notifications };
  return sarifLog({ rules: [], invocation: { executionSuccessful: false, exitCode, ...told } });
}

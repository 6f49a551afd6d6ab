import type { Verdict } from '../model/packet.ts';
import { type CheckReport, SEVERITIES, type Severity } from '../model/report.ts';

/** What the exit codes mean, in every output format. `bug` is sysexits' EX_SOFTWARE. */
export const EXIT = { ok: 0, findings: 1, usage: 2, cannotLook: 3, bug: 70 } as const;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The thresholds of `--fail-on`, from the strictest finding to none. */
export const THRESHOLDS = [...SEVERITIES, 'never'] as const;

/** From which severity on findings make `check` fail. */
export type Threshold = (typeof THRESHOLDS)[number];

/** The exit code of a report: findings at or above the threshold win over what could not be looked at. */
export function checkExitCode(report: CheckReport, threshold: Threshold): ExitCode {
  if (failing(threshold).some((severity) => report.summary[severity] > 0)) return EXIT.findings;
  const open = report.verdict === 'undetermined' || report.undetermined.length > 0;
  return open ? EXIT.cannotLook : EXIT.ok;
}

function failing(threshold: Threshold): readonly Severity[] {
  return threshold === 'never' ? [] : SEVERITIES.slice(0, SEVERITIES.indexOf(threshold) + 1);
}

/** The exit code of a comparison, by whether both sides do the same (null: it cannot be told). */
export function diffExitCode(equivalent: boolean | null): ExitCode {
  if (equivalent === null) return EXIT.cannotLook;
  return equivalent ? EXIT.ok : EXIT.findings;
}

/** The part of a `sockets` report that decides its exit code. */
interface SocketsOutcome {
  readonly sockets: readonly { readonly kind: string; readonly bypass?: 'error' | 'warning' }[];
}

/** The exit code of `sockets`: what goes around the proxy are its findings; then what was not read or cannot be told. */
export function socketsExitCode(
  { sockets }: SocketsOutcome,
  asked: { readonly threshold: Threshold; readonly complete: boolean },
): ExitCode {
  const counted = failing(asked.threshold);
  if (sockets.some(({ bypass }) => bypass !== undefined && counted.includes(bypass))) return EXIT.findings;
  return !asked.complete || sockets.some(({ kind }) => kind === 'unknown') ? EXIT.cannotLook : EXIT.ok;
}

/** The exit code of one trace. */
export function verdictExitCode(verdict: Verdict): ExitCode {
  return verdict.kind === 'undetermined' ? EXIT.cannotLook : EXIT.ok;
}

/** Of the exit codes of many packets: a malformed one comes first, for the caller to fix, then the open answers. */
export function worstExitCode(codes: ReadonlySet<ExitCode>): ExitCode {
  return [EXIT.bug, EXIT.usage, EXIT.cannotLook, EXIT.findings].find((code) => codes.has(code)) ?? EXIT.ok;
}

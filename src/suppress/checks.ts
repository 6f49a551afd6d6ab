import type { CheckOutcome, CheckReport } from '../model/report.ts';

const CODE = /NAT\d{4}/g;

/** A check that failed for nothing but what is suppressed has not failed; nor has it passed. */
export function excused<R extends Pick<CheckReport, 'checks' | 'findings' | 'suppressed'>>(report: R): R {
  const { suppressed = [], findings } = report;
  if (suppressed.length === 0) return report;
  const left = new Set<string>(findings.map(({ code }) => code));
  const known = new Set<string>(suppressed.map(({ code }) => code));
  const isExcused = ({ outcome, reason }: CheckOutcome) => {
    const codes = reason.match(CODE) ?? [];
    return outcome === 'fail' && codes.length > 0 && codes.every((code) => known.has(code) && !left.has(code));
  };
  const excuse = (check: CheckOutcome): CheckOutcome =>
    isExcused(check) ? { ...check, outcome: 'skipped', reason: `suppressed: ${check.reason}` } : check;
  return { ...report, checks: report.checks.map(excuse) };
}

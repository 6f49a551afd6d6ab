import { type CheckReport, SEVERITIES, type Severity } from '../model/report.ts';
import { count } from './words.ts';

const NOUNS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** A report without the findings below a severity, and how many these were. All that is drawn from them stays. */
export function withoutFindingsBelow(report: CheckReport, minSeverity: Severity): CheckReport {
  const shown = SEVERITIES.slice(0, SEVERITIES.indexOf(minSeverity) + 1);
  const findings = report.findings.filter(({ severity }) => shown.includes(severity));
  if (findings.length === report.findings.length) return report;
  const left = report.findings.filter(({ severity }) => !shown.includes(severity));
  const of = (severity: Severity) => left.filter((finding) => finding.severity === severity).length;
  return { ...report, findings, leftOut: { minSeverity, warning: of('warning'), info: of('info') } };
}

/** How many findings are not shown: `1 warning and 2 notes left out by --min-severity error.` Null: none. */
export function leftOutWords({ leftOut }: Pick<CheckReport, 'leftOut'>): string | null {
  if (leftOut === undefined) return null;
  const { minSeverity, ...numbers } = leftOut;
  const words = (['warning', 'info'] as const).flatMap((severity) =>
    numbers[severity] === 0 ? [] : [count(numbers[severity], NOUNS[severity])],
  );
  return `${words.join(' and ')} left out by --min-severity ${minSeverity}.`;
}

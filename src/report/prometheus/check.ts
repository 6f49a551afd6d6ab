import type { CheckReport, Finding } from '../../model/report.ts';
import type { ReportOptions } from '../style.ts';
import { byLabel, type Metric, metricsText, runMetrics } from './metrics.ts';

/** The report of `check` as metrics. The summary counts all findings, also those that --min-severity leaves out. */
export function checkPrometheus(report: CheckReport, { now }: Pick<ReportOptions, 'now'>): string {
  const { verdict, checks, summary, undetermined, suppressed = [] } = report;
  return metricsText([
    {
      name: 'verdict',
      help: 'The verdict of the last check: 1 for the one that it gave.',
      samples: byLabel('verdict', ['healthy', 'degraded', 'broken', 'undetermined'], (one) => Number(one === verdict)),
    },
    {
      name: 'findings_by_severity',
      help: 'Findings of the last check, by severity.',
      samples: byLabel('severity', ['error', 'warning', 'info'], (severity) => summary[severity]),
    },
    findingsMetric(report.findings),
    {
      name: 'suppressed_findings',
      help: 'Findings of the last check that are suppressed, by code and severity; counted nowhere else.',
      samples: counted(suppressed.map(({ code, severity }) => ({ code, severity }))),
    },
    {
      name: 'checks',
      help: 'Checks of the last run, by outcome.',
      samples: byLabel(
        'outcome',
        ['pass', 'fail', 'skipped', 'undetermined'],
        (one) => checks.filter(({ outcome }) => outcome === one).length,
      ),
    },
    {
      name: 'obstacles',
      help: 'What kept the last check from an answer, by code.',
      samples: counted(undetermined.map(({ code }) => ({ code }))),
    },
    ...runMetrics('check', now),
  ]);
}

function findingsMetric(findings: readonly Finding[]): Metric {
  return {
    name: 'findings',
    help: 'Findings of the last check that are listed, by code and severity.',
    samples: counted(findings.map(({ code, severity }) => ({ code, severity }))),
  };
}

/** How many there are of each, in the order of their first. */
function counted(all: readonly Readonly<Record<string, string>>[]): Metric['samples'] {
  const numbers = new Map<string, number>();
  for (const labels of all) numbers.set(JSON.stringify(labels), (numbers.get(JSON.stringify(labels)) ?? 0) + 1);
  return [...numbers].map(([labels, number]) => [JSON.parse(labels), number]);
}

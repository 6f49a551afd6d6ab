import { FAILURE_TITLES, type FailedRun, type FailureKind, type ReportedFailure } from '../failure.ts';

/** Label values are words of ours alone: what a pod chooses would make a series of each, and could forge others. */
type Labels = Readonly<Record<string, string>>;

/** A gauge with its samples. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly (readonly [Labels, number])[];
}

/** Metrics in the text format that node_exporter's textfile collector reads, every one of them `istio_nat_…`. */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics.map(metricText).join('');
}

function metricText({ name, help, samples }: Metric): string {
  const full = `istio_nat_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labelText(labels)} ${value}\n`);
  return [`# HELP ${full} ${help}\n`, `# TYPE ${full} gauge\n`, ...lines].join('');
}

function labelText(labels: Labels): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(',')}}`;
}

/** One sample for each value that a label can have. */
export function byLabel<const T extends string>(
  label: string,
  values: readonly T[],
  sampleOf: (value: T) => number,
): Metric['samples'] {
  return values.map((value) => [{ [label]: value }, sampleOf(value)]);
}

const KINDS = Object.keys(FAILURE_TITLES) as FailureKind[];

/** Whether the run gave an answer, and when: in every file, so that an alert sees both a failure and a job that is gone. */
export function runMetrics(command: string, now: Date | undefined, failed?: FailureKind): Metric[] {
  const when = now === undefined ? [] : [[{ command }, Math.floor(now.getTime() / 1000)] as const];
  return [
    {
      name: 'failed',
      help: 'Whether the last run gave no answer, by reason.',
      samples: KINDS.map((reason) => [{ command, reason }, reason === failed ? 1 : 0]),
    },
    { name: 'run_timestamp_seconds', help: 'When the last run was.', samples: when },
  ];
}

/** An error as metrics: that there was one, and none of what a report would say. */
export function failurePrometheus({ kind }: ReportedFailure, { command, now }: FailedRun): string {
  return metricsText(runMetrics(command, now, kind));
}

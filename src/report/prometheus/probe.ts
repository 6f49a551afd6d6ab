import type { ProbeAnswer } from '../../probe/types.ts';
import type { ReportOptions } from '../style.ts';
import { byLabel, metricsText, runMetrics } from './metrics.ts';

/** The report of `probe` as metrics. */
export function probePrometheus({ probes }: ProbeAnswer, { now }: Pick<ReportOptions, 'now'>): string {
  return metricsText([
    {
      name: 'probes',
      help: 'Attempts of the last probe, by outcome.',
      samples: byLabel(
        'outcome',
        ['pass', 'fail', 'undetermined', 'skipped'],
        (one) => probes.filter(({ outcome }) => outcome === one).length,
      ),
    },
    ...runMetrics('probe', now),
  ]);
}

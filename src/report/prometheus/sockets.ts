import type { SocketsReport } from '../../sockets/report.ts';
import { selectedSockets } from '../sockets/json.ts';
import { KIND_WORDS } from '../sockets/words.ts';
import type { ReportOptions } from '../style.ts';
import { byLabel, metricsText, runMetrics } from './metrics.ts';

const KINDS = Object.keys(KIND_WORDS) as (keyof typeof KIND_WORDS)[];

/** The report of `sockets` as metrics. */
export function socketsPrometheus(
  { report }: { readonly report: SocketsReport },
  options: Pick<ReportOptions, 'now' | 'bypassing'>,
): string {
  const shown = selectedSockets(report, options);
  return metricsText([
    {
      name: 'sockets',
      help: 'Sockets of the pod, by what they are.',
      samples: byLabel('kind', KINDS, (one) => shown.filter(({ kind }) => kind === one).length),
    },
    {
      name: 'sockets_bypassing',
      help: 'Sockets whose traffic goes around the proxy, by how much that matters.',
      samples: byLabel('severity', ['error', 'warning'], (one) => shown.filter(({ bypass }) => bypass === one).length),
    },
    {
      name: 'rules_readable',
      help: 'Whether the rules could be read to tell sockets by.',
      samples: [[{ command: 'sockets' }, Number(report.rules.readable)]],
    },
    ...runMetrics('sockets', options.now),
  ]);
}

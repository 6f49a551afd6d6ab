import type { SocketEntry, SocketsAnswer } from '../../sockets/report.ts';
import { escapeJson } from '../escape.ts';
import type { ReportOptions } from '../style.ts';

/** The report of `sockets` as the JSON document that schema/sockets.schema.json describes, with a final new line. */
export function socketsJson(
  { report }: { readonly report: SocketsAnswer },
  options: Pick<ReportOptions, 'bypassing'>,
): string {
  const head = JSON.stringify({ ...report, sockets: [] }, null, 2).slice(0, -EMPTY_LIST_AT_END.length);
  // Tens of thousands of sockets are printed one per line: that takes half the time, and line tools can part them.
  const lines = selectedSockets(report, options).map((entry) => `\n    ${JSON.stringify(entry)}`);
  const list = lines.length === 0 ? EMPTY_LIST_AT_END : `[${lines.join(',')}\n  ]\n}`;
  return `${escapeJson(`${head}${list}`)}\n`;
}

const EMPTY_LIST_AT_END = '[]\n}';

/** The sockets that were asked for. */
export function selectedSockets(
  { sockets }: Pick<SocketsAnswer, 'sockets'>,
  { bypassing }: Pick<ReportOptions, 'bypassing'>,
): readonly SocketEntry[] {
  return bypassing === true ? sockets.filter(({ bypass }) => bypass !== undefined) : sockets;
}

import type { ReportOptions } from '../report/style.ts';

/** What decides how a report looks: the environment and the stream it goes to. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
  readonly columns: number | undefined;
}

/** Reports that go to a file or a pipe are as wide as they ever get. */
const WIDTH_WITHOUT_TERMINAL = 100;

/** The terminal on standard output. */
export function standardOutput(): Terminal {
  return { env: process.env, isTTY: process.stdout.isTTY === true, columns: process.stdout.columns };
}

/**
 * Colour and width of a report. `--color` and `--no-color` win over everything; then a NO_COLOR that is not empty;
 * FORCE_COLOR (unless it is `0` or `false`) wins over TERM=dumb and over a stream that is not a terminal.
 */
export function reportOptions(terminal: Terminal, color: boolean | undefined): ReportOptions {
  return { color: color ?? wantsColor(terminal), width: terminal.columns || WIDTH_WITHOUT_TERMINAL };
}

function wantsColor({ env, isTTY }: Terminal): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTTY && env.TERM !== 'dumb';
}

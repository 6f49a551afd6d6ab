import { Chalk, type ChalkInstance } from 'chalk';
import type { CheckOutcome, CheckReport, Severity } from '../model/report.ts';

/** How a report is to be printed. Both are handed in; nothing here looks at the terminal. */
export interface ReportOptions {
  readonly color: boolean;
  /** Columns to fill at most; 40 to 100 are used. */
  readonly width: number;
  /** Everything, also what is folded unless somebody asks. */
  readonly verbose?: boolean;
  /** Nothing but the verdict. */
  readonly quiet?: boolean;
  /** Of sockets: each on a line of its own. */
  readonly all?: boolean;
  /** Of sockets: only those whose traffic goes around the proxy. */
  readonly bypassing?: boolean;
  /** When the answer was given, for formats that say so. */
  readonly now?: Date;
}

/** The colours of a report, the columns it may fill, and whether it folds anything. */
export interface Style {
  readonly chalk: ChalkInstance;
  readonly width: number;
  readonly verbose?: boolean;
  /** Only the first of what is guilty, and no empty line: the report would not fit on a screen. */
  readonly tight?: boolean;
  /** No list of commands either. */
  readonly terse?: boolean;
}

/** Longer lines are hard to read, shorter ones cannot hold an indented rule. */
const WIDEST = 100;
const NARROWEST = 40;

/** The style that the options ask for. */
export function styleOf(options: ReportOptions): Style {
  const width = Math.max(NARROWEST, Math.min(WIDEST, options.width));
  return { chalk: new Chalk({ level: options.color ? 1 : 0 }), width, verbose: options.verbose ?? false };
}

/** How many of something are shown: all of them where nothing is folded. */
export function shownOf(most: number, { verbose }: Pick<Style, 'verbose'>): number {
  return verbose === true ? Number.POSITIVE_INFINITY : most;
}

/** The sign in front of a verdict, a finding or a check: its meaning never rests on colour alone. */
export function symbol(of: CheckReport['verdict'] | Severity | CheckOutcome['outcome'], chalk: ChalkInstance): string {
  switch (of) {
    case 'healthy':
    case 'pass':
      return chalk.green('✓');
    case 'broken':
    case 'error':
    case 'fail':
      return chalk.red('✗');
    case 'degraded':
    case 'warning':
      return chalk.yellow('!');
    case 'undetermined':
      return chalk.yellow('?');
    case 'info':
      return chalk.blue('i');
    case 'skipped':
      return chalk.dim('-');
  }
}

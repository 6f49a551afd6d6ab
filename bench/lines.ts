import { median, type Run } from './processes.ts';

/** One line of a report. */
export interface Line {
  readonly what: string;
  /** What is aimed at, in the words of the design; empty where a figure is printed for its growth only. */
  readonly target: string;
  readonly measured: string;
  /** Measured by peer; empty without one. */
  readonly ratio?: string;
  readonly peer?: string;
}

const WIDTHS = [58, 22, 40, 9] as const;

/** Prints lines as they come: a measurement may take a minute. */
export function print({ what, target, measured, ratio = '', peer = '' }: Line): void {
  const cells = [what, target, measured, ratio].map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0));
  process.stdout.write(`${[...cells, peer].join(' ').trimEnd()}\n`);
}

/** The names of the columns. */
export function printHead(): void {
  print({ what: 'what', target: 'target', measured: 'measured: median [spread]', ratio: 'ratio', peer: 'peer' });
}

/** A figure of several runs: its median, and from the least to the most. */
export function seconds(runs: readonly Run[], figure: 'cpu' | 'wall' = 'cpu'): string {
  const values = runs.map((run) => run[figure]);
  return `${median(values).toFixed(2)} s ${figure} [${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)}]`;
}

/** The most memory that any run took. */
export function memory(runs: readonly Run[]): string {
  return `${Math.max(...runs.map((run) => run.megabytes)).toFixed(0)} MB`;
}

/** Whether a run did not end by itself, or failed; what is measured then is no answer. */
export function trouble(runs: readonly Run[], expected: readonly number[] = [0]): string {
  if (runs.some((run) => run.status === null)) return ' (ended: took too long)';
  const odd = runs.find((run) => run.status !== null && !expected.includes(run.status));
  return odd === undefined ? '' : ` (exit ${odd.status})`;
}

/** Median by median. */
export function ratio(ours: readonly Run[], peers: readonly Run[], figure: 'cpu' | 'wall' = 'cpu'): string {
  const [a, b] = [ours, peers].map((runs) => median(runs.map((run) => run[figure])));
  return a === undefined || b === undefined || b === 0 ? '' : `${(a / b).toFixed(2)}×`;
}

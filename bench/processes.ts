import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What one run of a program cost. `status` is null when it was ended because it took too long. */
export interface Run {
  /** Seconds of user and system time of the whole process. */
  readonly cpu: number;
  /** Seconds. */
  readonly wall: number;
  /** Peak resident memory. */
  readonly megabytes: number;
  readonly status: number | null;
}

/** A program with its arguments; standard input and output come from and go to files, else from and to nowhere. */
export interface Program {
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly stdout?: string;
}

/** How often each program is run, unless said otherwise. */
export const ROUNDS = 5;

/** Longer runs are ended and say so. */
export const LONGEST_SECONDS = 120;

/**
 * Runs programs in turn (A B A B …), so that a machine whose speed drifts treats them alike: the runs of each, in order.
 * @throws Error when python3 is missing, or a program cannot be started
 */
export function runInTurn(programs: readonly Program[], rounds = ROUNDS, limit = LONGEST_SECONDS): Run[][] {
  const input = JSON.stringify(programs.map(argumentsOf));
  const python = ['-I', join(import.meta.dirname, 'rusage.py'), String(rounds), String(limit)];
  const { status, stdout, stderr, error } = spawnSync('python3', python, { input, encoding: 'utf8' });
  if (error !== undefined || status !== 0) throw new Error(`python3 is needed to measure: ${error?.message ?? stderr}`);
  const runs: Run[][] = JSON.parse(stdout);
  for (const [index, { argv }] of programs.entries()) {
    if (runs[index]?.some((run) => run.status === 127)) throw new Error(`${argv.join(' ')}: it cannot be started`);
  }
  return runs;
}

function argumentsOf({ argv, stdin, stdout }: Program): string[] {
  return [...(stdout === undefined ? [] : ['>', stdout]), ...(stdin === undefined ? [] : ['<', stdin]), ...argv];
}

/** Whether a program is on the PATH. */
export function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Hands out a folder for files of a measurement, and removes it afterwards. */
export async function withFolder(use: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'istio-nat-bench-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The median of some numbers; NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

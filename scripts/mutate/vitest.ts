import { type ChildProcess, spawn } from 'node:child_process';

/** How a run of some tests ended: which of them failed first, or that they did not come to an end. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly test: string | null }
  | { readonly kind: 'too-long' };

interface FileResult {
  readonly test: string;
  readonly failed: boolean;
  readonly ms: number;
}

/** Runs tests of the copy of the repository, one process at a time. */
export class Vitest {
  readonly #root: string;
  readonly #seconds: number;
  readonly #durations = new Map<string, number>();
  /** Translated sources are kept from run to run, beside the copy's own files: all but one are the same every time. */
  readonly #caches: readonly string[];
  #child: ChildProcess | null = null;

  /** `seconds` is how long a run may take. */
  constructor(root: string, seconds: number) {
    this.#root = root;
    this.#seconds = seconds;
    this.#caches = ['--no-cache', '--experimental.fsModuleCache', `--experimental.fsModuleCachePath=${root}/.cache`];
  }

  /** Runs these test files until one test fails. */
  async run(tests: readonly string[]): Promise<Outcome> {
    if (tests.length === 0) return { kind: 'passed' };
    const argv = ['node_modules/vitest/vitest.mjs', 'run', '--bail=1', '--reporter=json', ...this.#caches, ...tests];
    // A group of its own, so that its workers end with it, also those that a mutation made run for ever.
    const child = spawn(process.execPath, argv, {
      cwd: this.#root,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.stop();
    }, this.#seconds * 1000);
    const output: string[] = [];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => output.push(text));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    clearTimeout(timer);
    this.#child = null;
    if (isLate) return { kind: 'too-long' };
    const files = filesOf(output.join(''));
    if (code === 0) for (const { test, ms } of files ?? []) this.#durations.set(test, ms);
    return code === 0
      ? { kind: 'passed' }
      : { kind: 'failed', test: files?.find(({ failed }) => failed)?.test ?? null };
  }

  /** Milliseconds that a test file took when it passed; 0 before it did. */
  durationOf(test: string): number {
    return this.#durations.get(test) ?? 0;
  }

  /** Ends what runs. */
  stop(): void {
    if (this.#child?.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
}

/** What vitest's JSON tells; null when it did not get so far as to write any. */
function filesOf(json: string): FileResult[] | null {
  try {
    const { testResults } = JSON.parse(json) as { testResults: Record<string, string | number>[] };
    return testResults.map(({ name, status, startTime, endTime }) => ({
      test: String(name).replace(/^.*?\/(?=test\/)/, ''),
      failed: status === 'failed',
      ms: Number(endTime) - Number(startTime),
    }));
  } catch {
    return null;
  }
}

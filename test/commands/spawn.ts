import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Spawned programs are the built ones; `npm test` builds first. */
export const isBuilt = existsSync(`${ROOT}dist/cli/main.js`);

/** What a program did. `ms` is how long it took. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly ms: number;
}

/** How to spawn it: the whole environment, the user, and what standard input is. */
export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Text, or `open`: a pipe that nobody writes to or closes. */
  readonly stdin?: string | 'open';
  readonly script?: string;
}

/** Starts `bin/run.js`. The environment is empty unless told otherwise. */
export function start(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const { env = {}, uid, script = 'bin/run.js' } = options;
  const user = uid === undefined ? {} : { uid, gid: uid };
  return spawn(process.execPath, [`${ROOT}${script}`, ...argv], { env: { ...env }, cwd: '/', ...user });
}

/** Runs `bin/run.js` to its end. */
export async function program(argv: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  const started = performance.now();
  const child = start(argv, options);
  if (options.stdin !== 'open') child.stdin?.end(options.stdin ?? '');
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ]);
  return { stdout, stderr, exitCode, ms: performance.now() - started };
}

async function text(stream: NodeJS.ReadableStream | null): Promise<string> {
  let all = '';
  for await (const chunk of stream ?? []) all += String(chunk);
  return all;
}

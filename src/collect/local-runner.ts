import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { INPUT_LIMITS, inMebibytes } from '../model/limits.ts';
import { DEFAULT_DIRECTORIES, findExecutable, type Lookup } from './executable.ts';
import type { Argv, CommandFailureKind, CommandOptions, CommandResult, CommandRunner } from './runner.ts';
import { stopWithUs } from './with-us.ts';

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_BYTES = INPUT_LIMITS.outputBytes;
/** What goes beyond is read and dropped: without cgroup2, ss complains once for every socket, and is right all the same. */
const MOST_KEPT_BYTES = 64 * 1024;
/** How long to wait for the end of the output once the whole process group is dead: a daemon may have left the group. */
const DRAIN_MS = 200;

/** Arguments end at a NUL byte for execve, so one with a NUL in it cannot be handed over. */
const NOT_PASSABLE: Lookup = { kind: 'not-executable', path: '' };

/** Runs programs of this machine, in the namespaces of this process. */
export function localRunner(): CommandRunner {
  return { run };
}

async function run(argv: Argv, options: CommandOptions = {}): Promise<CommandResult> {
  const started = performance.now();
  const lookup = argv.some((argument) => argument.includes('\0'))
    ? NOT_PASSABLE
    : findExecutable(argv[0], process.env.PATH);
  const outcome = lookup.kind === 'found' ? await execute(lookup.path, argv, options) : unavailable(lookup, argv);
  const path = lookup.kind === 'not-found' || lookup.path === '' ? null : lookup.path;
  return { argv, path, ...outcome, durationMs: Math.round(performance.now() - started) };
}

type Outcome = Pick<CommandResult, 'exitCode' | 'stdout' | 'stderr' | 'failure'>;

/**
 * All that a program sees of our environment, which the author of the pod may have chosen: with TCPDIAG_FILE ss shows a
 * file in place of sockets, LD_PRELOAD and XTABLES_LIBDIR load somebody's code, and each library has more of these.
 */
function childEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH || DEFAULT_DIRECTORIES.join(':'), LC_ALL: 'C' };
}

function unavailable(lookup: Exclude<Lookup, { kind: 'found' }>, argv: Argv): Outcome {
  const { kind } = lookup;
  const reason = kind === 'not-found' ? 'is not installed' : (lookup.reason ?? 'cannot be executed');
  const message = `${argv[0]} ${reason}`;
  return { exitCode: null, stdout: '', stderr: '', failure: { kind, message } };
}

async function execute(path: string, argv: Argv, options: CommandOptions): Promise<Outcome> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  let started: Running | undefined;
  // Before the start: a signal in between would leave the program running.
  const release = stopWithUs(() => killGroup(started?.pid));
  const subprocess = execa(path, argv.slice(1), {
    // A process group of its own, so that what the program forked can be stopped together with it.
    detached: true,
    // Our own directory may be deleted, or forbidden to us: then nothing could be started in it.
    cwd: '/',
    stdin: 'ignore',
    encoding: 'buffer',
    buffer: false,
    stripFinalNewline: false,
    reject: false,
    extendEnv: false,
    env: childEnvironment(),
    killSignal: 'SIGKILL',
  });
  started = subprocess;
  const watch = stopAfter(timeoutMs, subprocess);
  const stdout = allOf(subprocess.stdout, maxBytes, () => killGroup(subprocess.pid));
  const stderr = beginningOf(subprocess.stderr, MOST_KEPT_BYTES);
  const result = await subprocess;
  release();
  const timedOut = watch.end();
  return {
    exitCode: timedOut || stdout.isTooMuch ? null : (result.exitCode ?? null),
    stdout: decode(Buffer.concat(stdout.chunks)),
    stderr: decode(Buffer.concat(stderr)),
    failure: failureOf(argv, { ...result, isTooMuch: stdout.isTooMuch }, timedOut ? timeoutMs : null, maxBytes),
  };
}

interface Output {
  chunks: Buffer[];
  isTooMuch: boolean;
}

/**
 * Reads a stream to its end. An output that is too long is not used, so only enough to show what it was is kept: with
 * several programs at once the rest would fill the memory.
 */
function allOf(stream: Readable, most: number, stop: () => void): Output {
  const output: Output = { chunks: [], isTooMuch: false };
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (!output.isTooMuch) output.chunks.push(chunk);
    if (output.isTooMuch || size <= most) return;
    output.isTooMuch = true;
    output.chunks = [Buffer.concat(output.chunks.slice(0, 2)).subarray(0, MOST_KEPT_BYTES)];
    stop();
  });
  return output;
}

/** Reads a stream to its end and keeps no more than the given number of bytes. */
function beginningOf(stream: Readable, most: number): readonly Buffer[] {
  const kept: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < most) kept.push(chunk.subarray(0, most - size));
    size += chunk.length;
  });
  return kept;
}

interface Running {
  readonly pid?: number | undefined;
  readonly stdout: { destroy(): unknown } | null;
  readonly stderr: { destroy(): unknown } | null;
}

/** Stops the process group when its time is over. `end` says whether it was. */
function stopAfter(timeoutMs: number, subprocess: Running): { end(): boolean } {
  let timedOut = false;
  let drain: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(subprocess.pid);
    drain = setTimeout(() => {
      subprocess.stdout?.destroy();
      subprocess.stderr?.destroy();
    }, DRAIN_MS);
  }, timeoutMs);
  return {
    end: () => {
      clearTimeout(timer);
      clearTimeout(drain);
      return timedOut;
    },
  };
}

/** Kills what is left of the group; a group that has ended already is no error. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, constants.signals.SIGKILL);
  } catch {
    // ESRCH: nothing is left.
  }
}

interface Ended {
  readonly isTooMuch: boolean;
  readonly signal?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
  readonly failed: boolean;
}

function failureOf(argv: Argv, end: Ended, timeoutMs: number | null, maxBytes: number): CommandResult['failure'] {
  const fail = (kind: CommandFailureKind, message: string) => ({ kind, message: `${argv[0]} ${message}` });
  if (end.isTooMuch) return fail('too-much-output', `printed more than ${inMebibytes(maxBytes)}`);
  if (timeoutMs !== null) return fail('timed-out', `did not end within ${timeoutMs / 1000} s`);
  if (end.signal !== undefined) return fail('killed', `was ended by ${end.signal}`);
  // No exit code and no signal: execve itself failed (no interpreter, a foreign architecture, a noexec mount).
  if (end.exitCode === undefined)
    return fail('not-executable', `could not be started (${end.code ?? 'unknown error'})`);
  return null;
}

function decode(output: Uint8Array): string {
  return new TextDecoder().decode(output);
}

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Root } from './roots.ts';

/** What a command printed. */
export interface Printed {
  readonly stdout: string;
  readonly exitCode: number;
}

/** What runs argv in a network namespace, reading standard input from a text. */
export type RunInside = (argv: readonly string[], input: string) => string;

const BYTES = 512 * 1024 * 1024;

/** Runs programs in a named network namespace. */
export function inNamespace(name: string): RunInside {
  return (argv, input) =>
    execFileSync('ip', ['netns', 'exec', name, ...argv], {
      input,
      encoding: 'utf8',
      maxBuffer: BYTES,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
}

/** The mount is gone with the shell; the tools need it for the lists of tables and of processes. */
const ENTER = 'mount --rbind /proc "$0/proc" && exec chroot "$0" /bin/sh';
const PATHS = 'export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin';

/** Runs one command with the tools of a release; throws when it fails. */
export function runIn(root: Root, command: string, input: string, run: RunInside): string {
  // A pipe, because what node hands over is a socket, which nft 0.9.8 does not open as /dev/stdin.
  return run(['sh', '-c', `${ENTER} -c '${PATHS}; cat | ${command}'`, root.folder], input);
}

/** Runs commands one after the other, in one go: entering the release for each would take most of the time. */
export function printedBy(root: Root, commands: readonly string[], run: RunInside): Printed[] {
  const mark = randomUUID();
  const script = commands
    .map((command) => `${command} 2>/dev/null </dev/null\nprintf '%s %s\\n' ${mark} $?\n`)
    .join('');
  const output = run(['sh', '-c', `${ENTER} -s`, root.folder], `${PATHS}\n${script}`);
  const parts = output.split(new RegExp(`${mark} (\\d+)\\n`));
  return commands.map((_, at) => ({ stdout: parts[at * 2] ?? '', exitCode: Number(parts[at * 2 + 1]) }));
}

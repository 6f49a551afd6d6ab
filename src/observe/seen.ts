import type { CommandResult } from '../collect/runner.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Obstacle } from '../model/pod.ts';

/** What a part of the observation found, with everything that kept it from seeing more. */
export interface Seen<T> {
  readonly value: T;
  readonly obstacles: readonly Obstacle[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A part that was seen without any remark. */
export function seen<T>(value: T, diagnostics: readonly Diagnostic[] = []): Seen<T> {
  return { value, obstacles: [], diagnostics };
}

/** A remark on something that was done in another way and lost nothing. */
export function note(source: string, message: string): Diagnostic {
  return { source, line: 0, column: 1, message, text: '', severity: 'note' };
}

/** The command line as people type it. */
export function commandLine(result: CommandResult): string {
  return result.argv.join(' ');
}

/** How a command ended, as far as it decides what its output is worth. */
export type Ending = 'succeeded' | 'unavailable' | 'refused' | 'failed';

/** The words of iptables, nft and the C library for EPERM and EACCES. */
const REFUSED = /permission denied|operation not permitted|you must be root/i;

/** The ending of a command. Refused: the kernel or the tool said that the rights are missing. */
export function endingOf(result: CommandResult): Ending {
  const kind = result.failure?.kind;
  if (kind === 'not-found' || kind === 'not-executable') return 'unavailable';
  if (kind === undefined && result.exitCode === 0) return 'succeeded';
  return kind === undefined && REFUSED.test(result.stderr) ? 'refused' : 'failed';
}

/** Whether a text is nothing but the complaint of a tool that had no rights. */
export function speaksOfRights(text: string): boolean {
  return text.length < 4096 && REFUSED.test(text);
}

/** How the messages of iptables and nft begin. */
const OF_A_TOOL = /^(?:ip6?tables|xtables|nft|netlink|Error|Fatal)/;

/** What a tool says of its missing rights; what else such a text holds is not shown, and it may be somebody else's log. */
export function refusalIn(text: string): string {
  const line = text.split('\n').find((one) => REFUSED.test(one)) ?? '';
  return OF_A_TOOL.test(line) ? firstLine(line) : (REFUSED.exec(line)?.[0] ?? '');
}

/** Control characters, and the ones that turn the direction of writing: a pod can put them into its messages. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

/** The first line that says something, fit to be printed: no control characters, at most 200 characters. */
export function firstLine(text: string): string {
  const lines = text
    .slice(0, 10_000)
    .split('\n')
    .map((line) => line.replace(UNPRINTABLE, ' ').trim());
  // Warnings of iptables about tables of the other variant come with success and failure alike.
  const line = lines.find((candidate) => candidate !== '' && !candidate.startsWith('# Warning')) ?? '';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

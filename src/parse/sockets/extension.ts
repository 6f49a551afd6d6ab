import type { Socket } from '../../model/socket.ts';

/** The part of a socket that `-e` and `-p` say. */
export type Extension = Pick<Socket, 'uid' | 'inode' | 'mark' | 'cgroup' | 'transparent' | 'process'>;

type Process = NonNullable<Socket['process']>;

/**
 * One process: `("envoy",pid=12,fd=3)`, with `tid=` or `proc_ctx=` between since 5.x. The name is at most 15 characters and may
 * hold anything, even the form of this very list; two entries are at least 16 characters apart, so the longest name of
 * up to 15 is always the right one and a process cannot pass itself off as another.
 */
const PROCESS = /\("([\s\S]{0,15})",pid=(\d+)(?:,tid=\d+)?(?:,proc_ctx=[^,)]*)?,fd=\d+(?:,sock_ctx=[^,)]*)?\)/y;

/** The form before iproute2 4: `("envoy",12,3)`. */
const OLD_PROCESS = /\("([^"\n]{0,15})",(\d+),\d+\)/y;

/** What follows the addresses of a socket. Without `-e` the owner is null. */
export function parseExtension(text: string): Extension {
  const { process, rest } = takeProcesses(text);
  const inode = numberAfter(rest, 'ino');
  const mark = MARK.exec(rest)?.[1];
  const cgroup = CGROUP.exec(rest)?.[1];
  const options = SOCKET_OPTIONS.exec(rest)?.[1];
  // Field by field: copies by spreading take several times as long, and there may be tens of thousands.
  const said: { -readonly [Field in keyof Extension]: Extension[Field] } = {
    uid: ownerOf(numberAfter(rest, 'uid'), inode),
    inode,
  };
  if (mark !== undefined) said.mark = Number(mark);
  if (cgroup !== undefined) said.cgroup = cgroup;
  if (options !== undefined) said.transparent = /(?:^| )transparent(?: |$)/.test(options);
  if (process !== null) said.process = process;
  return said;
}

const MARK = /(?:^|\s)fwmark:(0x[0-9a-fA-F]{1,8})(?=\s|$)/;
/** `inet-sockopt: ( is_icsk mc_loop transparent mc_all)`; seen on iproute2 6.1. */
const SOCKET_OPTIONS = /(?:^|\s)inet-sockopt: \(([a-z0-9_:, -]{0,500})\)/;
const CGROUP = /(?:^|\s)cgroup:(\S{1,4096})/;

/**
 * `-e` leaves `uid:` out when it is 0 (misc/ss.c prints it only if it is not), so an inode without uid means root.
 * Inode 0 is a socket that no process holds: TIME-WAIT, an orphan, or a connection that was not accepted yet. Of the last
 * kind newer kernels name the owner of the listener (seen on 6.18), who is nobody's process either.
 */
function ownerOf(uid: number | null, inode: number | null): number | null {
  if (inode === 0) return null;
  return uid ?? (inode === null ? null : 0);
}

/** Made once: there may be tens of thousands of sockets. */
const NUMBERS = {
  uid: /(?:^|[\s)])uid:(\d{1,15})(?=\s|$)/,
  ino: /(?:^|[\s)])ino:(\d{1,15})(?=\s|$)/,
} as const;

function numberAfter(text: string, key: keyof typeof NUMBERS): number | null {
  const digits = NUMBERS[key].exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The first process of `users:(…)`, and the text without that list, whose names could imitate the other fields. */
function takeProcesses(text: string): { process: Process | null; rest: string } {
  const start = text.indexOf('users:(');
  if (start < 0) return { process: null, rest: text };
  const first = text.startsWith('users:((', start) ? start + 'users:('.length : start;
  const entries = readEntries(text, first, PROCESS) ?? readEntries(text, first, OLD_PROCESS);
  if (entries === null) return { process: null, rest: text.slice(text.lastIndexOf('))') + 1) };
  const behind = text.slice(entries.end);
  return { process: entries.process, rest: start <= 1 ? behind : text.slice(0, start) + behind };
}

function readEntries(text: string, start: number, form: RegExp): { process: Process; end: number } | null {
  let process: Process | null = null;
  let position = start;
  for (;;) {
    form.lastIndex = position;
    const match = form.exec(text);
    if (match === null) break;
    process ??= { name: match[1] ?? '', pid: Number(match[2]) };
    position = form.lastIndex + (text[form.lastIndex] === ',' ? 1 : 0);
  }
  return process === null ? null : { process, end: position + (text[position] === ')' ? 1 : 0) };
}

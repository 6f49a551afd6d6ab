import type { Family } from '../../model/family.ts';
import { addressInNumbers, ownerInNumbers } from '../names.ts';
import type { Extension } from './extension.ts';
import type { Head } from './head.ts';

/** A socket in a line of netstat. */
export interface NetstatLine {
  readonly head: Head;
  readonly said: Extension;
}

/** `Active Internet connections (only servers)`: the words in brackets follow from -a and -l alone. */
const TITLE = /^Active Internet connections \(([^)]{0,40})\)/;

const STATES_BY_TITLE: Readonly<Record<string, 'all' | 'listening' | 'connected'>> = {
  'only servers': 'listening',
  'servers and established': 'all',
  'w/o servers': 'connected',
};

/** Which states a title says were asked for; null when the line is none. */
export function titleStates(line: string): 'all' | 'listening' | 'connected' | null {
  const words = TITLE.exec(line)?.[1];
  return words === undefined ? null : (STATES_BY_TITLE[words] ?? null);
}

/** Whether a line names the columns of internet sockets. */
export function isNetstatHeader(line: string): boolean {
  return /^Proto\s+Recv-Q\s+Send-Q\s+Local Address/.test(line);
}

/** Lines about sockets of other families, and what stands above them. */
export function isOtherNetstat(line: string): boolean {
  return /^(?:Active UNIX |Active Bluetooth |Active X\.25 |Proto\s+RefCnt\s|unix\s+\d+\s)/.test(line);
}

/**
 * What ss and netstat say beside their listings, on the same terminal: that they may not see all processes (net-tools,
 * busybox), or that the kernel lacks a protocol. Longer than any name of a process.
 */
const REMARK =
  /^(?:\(Not all processes could be identified, | will not be shown, you would have to be root |(?:netstat: )?showing only processes with your user ID|RTNETLINK answers: |Failed to find cgroup2 mount)/;

/** Whether a line is a remark of a tool, which shows no socket and hides none. */
export function isRemark(line: string): boolean {
  return REMARK.test(line);
}

/** Its words for states, in those of ss. */
const STATES: Readonly<Record<string, string>> = {
  ...{ ESTABLISHED: 'ESTAB', LISTEN: 'LISTEN', TIME_WAIT: 'TIME-WAIT', CLOSE_WAIT: 'CLOSE-WAIT', CLOSE: 'UNCONN' },
  ...{ SYN_SENT: 'SYN-SENT', SYN_RECV: 'SYN-RECV', FIN_WAIT1: 'FIN-WAIT-1', FIN_WAIT2: 'FIN-WAIT-2' },
  ...{ LAST_ACK: 'LAST-ACK', CLOSING: 'CLOSING', UNKNOWN: 'UNKNOWN' },
};

/** Protocol, both queues and both ends; a state, which udp has only when it is connected; then columns that were asked for. */
const LINE = new RegExp(
  `^(tcp|udp|udpl|udplite|raw|sctp)6?\\s+(\\d+)\\s+(\\d+)\\s+(\\S+:\\S+)\\s+(\\S+:\\S+)(?:\\s+(${Object.keys(STATES).join('|')}|\\d{1,2})(?=\\s|$))?(.*)$`,
);

/** A line of netstat, of net-tools or busybox; null when it is none. */
export function parseNetstatLine(line: string): NetstatLine | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, netid = '', , , local = '', peer = '', word, rest = ''] = match;
  const family = /^\w+6\s/.test(line) ? 'ipv6' : 'ipv4';
  const idle = netid === 'udp' && peer.endsWith(':*') ? 'UNCONN' : 'ESTAB';
  const state = word === undefined ? idle : (STATES[word] ?? 'UNKNOWN');
  const ends = { local: inNumbers(local, family), peer: inNumbers(peer, family) };
  return { head: { netid, state, ...ends, extension: '' }, said: columnsOf(rest.trim()) };
}

/** An end whose host is a name that every machine knows (`localhost:15000`), in numbers. */
function inNumbers(end: string, family: Family): string {
  const colon = end.lastIndexOf(':');
  return `${addressInNumbers(end.slice(0, colon), family)}${end.slice(colon)}`;
}

/** `User Inode` with -e, `PID/Program name` with -p, in this order; `-` where the process is not visible. */
function columnsOf(rest: string): Extension {
  const [, uid, inode, program = ''] = /^(?:(\S+)\s+(\d+)(?=\s|$))?\s*(.*)$/.exec(rest) ?? [];
  const [, pid, name = ''] = /^(\d{1,10})\/(.*)$/.exec(program) ?? [];
  const number = uid === undefined ? '' : ownerInNumbers(uid);
  // Inode 0: nobody holds the socket, and the uid that stands there is not an owner's.
  const owner = !/^\d+$/.test(number) || inode === '0' ? null : Number(number);
  return {
    uid: owner,
    inode: inode === undefined ? null : Number(inode),
    ...(pid === undefined ? {} : { process: { name: name.trim().slice(0, 15), pid: Number(pid) } }),
  };
}

/** The columns of a socket. */
export interface Head {
  /** First column when several families were asked for (`tcp`, `udp`, `u_str`, `nl`, …). */
  readonly netid: string | null;
  readonly state: string;
  readonly local: string;
  readonly peer: string;
  /** Everything after the two addresses. */
  readonly extension: string;
}

/** The states that ss prints (sstate_name in iproute2's misc/ss.c; BOUND-INACTIVE since 6.9). */
const STATES = [
  'UNKNOWN',
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'BOUND-INACTIVE',
];

/**
 * Netid, state, both queues and both ends. Columns are as wide as their content and may touch it: `ESTAB0`. Where a
 * state ends in a digit a queue may touch it as well, and the state is still told apart because the list is closed.
 */
const HEAD = new RegExp(
  `^\\s*(?:([a-z][a-z0-9_]*|\\?\\?\\?)\\s+)?(${STATES.join('|')})\\s*(\\d+)\\s+(\\d+)\\s+(\\S+)(?:\\s+(\\S+))?`,
);

/** Where the columns after the peer address begin when there is no space between. */
const EXTENSION = /(?:users:\(|timer:\(|uid:\d|ino:\d|sk:)/;

/** The columns of a line, or null when it does not begin with them. */
export function parseHead(line: string): Head | null {
  const match = HEAD.exec(line);
  if (match === null) return null;
  const { 0: all, 1: netid = null, 2: state = '', 5: local = '', 6: peer = '' } = match;
  const cut = peer.search(EXTENSION);
  if (cut <= 0) return { netid, state, local, peer, extension: line.slice(all.length) };
  return { netid, state, local, peer: peer.slice(0, cut), extension: peer.slice(cut) + line.slice(all.length) };
}

/** Whether a line is the header: it names the columns, and all of them only together. */
export function isHeader(line: string): boolean {
  return line.includes('Recv-Q') && line.includes('Send-Q');
}

/** Whether a line is the header as ss prints it, and not what a process called like it makes of a line. */
export function isWholeHeader(line: string): boolean {
  return /^(?:Netid\s+)?(?:State\s+)?Recv-Q\s*Send-Q\s+Local Address:Port\s/.test(line);
}

/** The columns in front of users, timers and the rest. */
export interface Head {
  /** First column when several families were asked for (`tcp`, `udp`, `u_str`, `nl`, …). */
  readonly netid: string | null;
  readonly state: string;
  readonly local: string;
  readonly peer: string;
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

/** Where the columns behind the peer address begin when no space stands between. */
const EXTENSION = /(?:users:\(|timer:\(|uid:\d|ino:\d|sk:)/;

/** The head of a line and what stands behind it, or null when the line does not begin with one. */
export function parseHead(line: string): { readonly head: Head; readonly extension: string } | null {
  const match = HEAD.exec(line);
  const [all, netid, state, , , local, peer] = match ?? [];
  if (all === undefined || state === undefined || local === undefined) return null;
  const cut = peer?.search(EXTENSION) ?? -1;
  const ownPeer = cut > 0 ? peer?.slice(0, cut) : peer;
  const extension = (cut > 0 ? (peer ?? '').slice(cut) : '') + line.slice(all.length);
  return { head: { netid: netid ?? null, state, local, peer: ownPeer ?? '' }, extension };
}

/** Whether a line is the header: it names the columns, and all of them only together. */
export function isHeader(line: string): boolean {
  return line.includes('Recv-Q') && line.includes('Send-Q');
}

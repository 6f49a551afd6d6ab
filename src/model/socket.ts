import type { Family } from './family.ts';

/** A socket as `ss` shows it. */
export interface Socket {
  readonly protocol: 'tcp' | 'udp';
  /** Upper case as ss prints it: LISTEN, ESTAB, UNCONN, TIME-WAIT … */
  readonly state: string;
  /** `any` for a wildcard listener that takes both families (`*:port`). */
  readonly family: Family | 'any';
  /** Local address without scope or brackets; `0.0.0.0`, `::` or `*` for a wildcard. */
  readonly localAddress: string;
  readonly localPort: number;
  /** `*` where there is no peer. */
  readonly peerAddress: string;
  readonly peerPort: number | null;
  /** Interface the socket is bound to (`%eth0`), if any. */
  readonly interface?: string;
  /** Owner; null when ss did not say (an old ss without -e, or a kernel socket). ss leaves the uid out when it is 0. */
  readonly uid: number | null;
  readonly inode: number | null;
  readonly mark?: number;
  /** Process name and pid, where the reader was allowed to see them. */
  readonly process?: { readonly name: string; readonly pid: number };
  readonly text: string;
}

/** Whether a socket waits for connections or datagrams from anybody. */
export function isListener(socket: Socket): boolean {
  return socket.protocol === 'tcp' ? socket.state === 'LISTEN' : socket.state === 'UNCONN';
}

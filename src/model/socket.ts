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
  /** Shown to readers with CAP_NET_ADMIN only, and only when it is not 0. */
  readonly mark?: number;
  /**
   * Control group (v2) of the process that made the socket, as ss prints it: a path, or `unreachable:ID` when it lies
   * outside of the reader's. Two sockets with different ones belong to different containers; equal ones prove nothing.
   */
  readonly cgroup?: string;
  /** Whether it takes packets for any address, as TPROXY needs it; shown with `--inet-sockopt` only. */
  readonly transparent?: boolean;
  /** Process name and pid, where the reader was allowed to see them. */
  readonly process?: { readonly name: string; readonly pid: number };
  readonly text: string;
}

/** The part of a socket that says where it stands and where its other end is. */
export type SocketEnds = Pick<Socket, 'state' | 'localAddress' | 'localPort' | 'peerAddress' | 'peerPort'>;

/** Who a process is, as far as `/proc/PID` tells. */
export interface Process {
  readonly pid: number;
  /** Effective ids. */
  readonly uid: number;
  readonly gid: number;
  /** The group that `-m owner --gid-owner` compares, which is the effective one unless setfsgid was called. */
  readonly fsgid: number;
  /** Supplementary groups: rules look at them only with `--suppl-groups`, which Istio never writes. */
  readonly groups: readonly number[];
  /** First characters of the container's id, where the control group names one. */
  readonly container?: string;
}

/** Whether a socket waits for connections or datagrams from anybody. */
export function isListener(socket: Socket): boolean {
  return socket.protocol === 'tcp' ? socket.state === 'LISTEN' : socket.state === 'UNCONN';
}

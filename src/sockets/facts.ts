import type { Coverage } from '../model/pod.ts';
import type { InterfaceAddress } from '../model/routing.ts';
import type { Ruleset } from '../model/ruleset.ts';
import type { SocketLook } from '../model/shown-sockets.ts';
import type { Process, Socket, SocketEnds } from '../model/socket.ts';
import type { ProxyPorts } from './ports.ts';

/** Rules, and what they say nothing about. */
export interface ShownRules {
  readonly ruleset: Ruleset;
  readonly coverage: readonly Coverage[];
}

/** What sockets are classified by. Everything but the sockets themselves may be missing. */
export interface SocketFacts {
  readonly sockets: readonly Socket[];
  /** What would be among them; left out: everything. */
  readonly shown?: readonly SocketLook[];
  /** The TCP sockets a moment before; without them what is in the middle of opening or closing is not told apart. */
  readonly earlier?: () => readonly SocketEnds[];
  /** Null: not readable. */
  readonly rules: ShownRules | null;
  readonly addresses: readonly InterfaceAddress[] | null;
  readonly processes: readonly Process[];
  readonly ports: ProxyPorts;
}

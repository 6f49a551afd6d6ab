import type { Network } from './address.ts';

/** A condition together with whether it is inverted (`!`). */
export interface Negatable<T> {
  readonly negated: boolean;
  readonly value: T;
}

/** An inclusive range of port numbers, 0–65535. A single port has `from === to`. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** An inclusive range of uids or gids, 0–4294967295. */
export interface IdRange {
  readonly from: number;
  readonly to: number;
}

/** The connection tracking states that a packet can be in (`UNTRACKED`: raw CT --notrack). */
export type ConntrackState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';

/** A state as `--ctstate` accepts it; SNAT and DNAT are properties of the connection, not states of the packet. */
export type ConntrackStateName = ConntrackState | 'SNAT' | 'DNAT';

/** `--tcp-flags MASK SET`: flag names, upper case, in the kernel's order. `--syn` is FIN,SYN,RST,ACK / SYN. */
export interface TcpFlags {
  readonly mask: readonly string[];
  readonly set: readonly string[];
}

/** Matches of the transport header's ports; also what `tcp dport` of nftables becomes. */
export interface PortsMatch {
  readonly kind: 'tcp' | 'udp' | 'sctp' | 'dccp' | 'udplite';
  readonly sourcePort?: Negatable<readonly PortRange[]>;
  readonly destinationPort?: Negatable<readonly PortRange[]>;
  /** Only for tcp. */
  readonly flags?: Negatable<TcpFlags>;
  /** Options that no packet of ours decides (`--tcp-option`, `--chunk-types`, …), as tokens. */
  readonly rest?: readonly string[];
}

/** The protocol of each of them. */
export const PORTS_PROTOCOLS: Readonly<Record<PortsMatch['kind'], number>> = {
  tcp: 6,
  udp: 17,
  dccp: 33,
  sctp: 132,
  udplite: 136,
};

/** Whether a match is about the ports of one of the protocols that have some. */
export function isPortsMatch(match: Match): match is PortsMatch {
  return match.kind in PORTS_PROTOCOLS;
}

/**
 * Matches on the socket that sent the packet. xt_owner (iptables) and `meta skuid/skgid` (nftables) treat a packet
 * without a socket differently; the table's backend decides which rule holds.
 */
export interface OwnerMatch {
  readonly kind: 'owner';
  readonly uid?: Negatable<IdRange>;
  readonly gid?: Negatable<IdRange>;
  /** `--suppl-groups`: the gid is also looked up in the supplementary groups. */
  readonly supplementaryGroups?: boolean;
  readonly socketExists?: { readonly negated: boolean };
}

/**
 * One match of a rule: a module instance of iptables with its options, or the equivalent of an nftables expression.
 * The order inside a rule is the order in the text, because the kernel prints it back that way.
 */
export type Match =
  | { readonly kind: 'source' | 'destination'; readonly negated: boolean; readonly network: Network }
  /** A trailing `+` is the wildcard of iptables; `*` of nftables is turned into it. */
  | { readonly kind: 'in-interface' | 'out-interface'; readonly negated: boolean; readonly name: string }
  /** Protocol number 0–255; 0 is iptables' "all" and always matches. */
  | { readonly kind: 'protocol'; readonly negated: boolean; readonly protocol: number }
  /** `-f`: second and further fragments (IPv4 only). */
  | { readonly kind: 'fragment'; readonly negated: boolean }
  | PortsMatch
  | {
      readonly kind: 'multiport';
      readonly side: 'source' | 'destination' | 'either';
      readonly negated: boolean;
      readonly ports: readonly PortRange[];
    }
  | OwnerMatch
  /** `(mark & mask) === value`. */
  | { readonly kind: 'mark' | 'connmark'; readonly negated: boolean; readonly value: number; readonly mask: number }
  /** `-m conntrack`: the states if it names some, and the other options (`--ctdir`, `--ctorigdst`, …) as tokens. */
  | {
      readonly kind: 'conntrack';
      readonly states?: Negatable<readonly ConntrackStateName[]>;
      readonly rest?: readonly string[];
    }
  /** The old spelling `-m state --state`. */
  | { readonly kind: 'state'; readonly states: Negatable<readonly ConntrackStateName[]> }
  | { readonly kind: 'comment'; readonly text: string }
  | {
      readonly kind: 'iprange';
      readonly source?: Negatable<{ readonly from: bigint; readonly to: bigint }>;
      readonly destination?: Negatable<{ readonly from: bigint; readonly to: bigint }>;
    }
  | {
      readonly kind: 'addrtype';
      readonly source?: Negatable<readonly string[]>;
      readonly destination?: Negatable<readonly string[]>;
      readonly limitInterface?: 'in' | 'out';
    }
  /**
   * Modules whose syntax is known and whose outcome nothing in a packet of ours decides: set, socket, limit,
   * statistic, string, mac, icmp types … `args` are the options as tokens, negations included.
   */
  | { readonly kind: 'opaque'; readonly module: string; readonly args: readonly string[] }
  /** Text that was not understood. It may match or not; whoever evaluates must say so. */
  | { readonly kind: 'unknown'; readonly raw: string };

/** A match of one kind. */
export type MatchOf<K extends Match['kind']> = OfKind<Match, K>;

/** Those of a union that are of a kind, or may be. */
export type OfKind<T extends { readonly kind: string }, K> = T extends { readonly kind: infer Kind }
  ? [K & Kind] extends [never]
    ? never
    : T
  : never;

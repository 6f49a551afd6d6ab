import type { Family } from './family.ts';
import type { ConntrackState } from './match.ts';

/** The hooks a packet can be handed to `trace` on. */
export type PacketHook = 'PREROUTING' | 'OUTPUT';

/**
 * A packet, in the form of the command-line contract. Ports are left out for protocols without ports;
 * interfaces where the hook has none; uid and gid are null for a packet that belongs to no socket.
 */
export interface Packet {
  readonly family: Family;
  readonly hook: PacketHook;
  /** `tcp`, `udp`, `icmp` (ICMPv6 for ipv6), or a number 0–255 as text. */
  readonly protocol: string;
  readonly source: string;
  readonly sourcePort?: number;
  readonly destination: string;
  readonly destinationPort?: number;
  readonly inInterface?: string;
  readonly outInterface?: string;
  readonly uid?: number | null;
  readonly gid?: number | null;
  readonly mark?: number;
  readonly connmark?: number;
  readonly ctState?: ConntrackState;
}

/** What becomes of a packet. `mark` and `ctZone` stand there when a rule set them. */
export type Verdict = VerdictKind & { readonly mark?: number; readonly ctZone?: number };

/** The kinds of verdict. `redirect` without a port: a protocol that has none. */
export type VerdictKind =
  | { readonly kind: 'accept' | 'drop' | 'reject' }
  | { readonly kind: 'redirect'; readonly port?: number }
  | { readonly kind: 'dnat'; readonly to: string }
  | { readonly kind: 'tproxy'; readonly port: number }
  | { readonly kind: 'undetermined'; readonly because: string };

import type { Family } from '../model/family.ts';
import type { ConntrackState } from '../model/match.ts';
import type { Packet, PacketHook } from '../model/packet.ts';
import type { Links } from '../model/pod.ts';
import type { RuleReference } from '../model/ruleset.ts';
import type { Trace } from './packet.ts';
import type { ProxyIds } from './symbolic/owners.ts';

/** Packets that the rules do the same to. */
export interface PacketClass {
  readonly family: Family;
  readonly hook: PacketHook;
  /** The fields that tell the owners apart, in words; empty: everybody's packets. */
  readonly owner: Readonly<Record<string, string>>;
  /** The fields that tell the packets of these owners apart. */
  readonly traffic: Readonly<Record<string, string>>;
  /** All packets of these owners that are in no class before this one. */
  readonly rest: boolean;
  /** The words describe more packets than the class has: it is in too many pieces to be told. */
  readonly roughly: boolean;
  /** Whether these owners are the proxy. */
  readonly proxy: boolean;
  readonly witness: Packet;
  readonly trace: Trace;
  /** The rules that decide for packets of the class; empty where none does, null where they could not be told. */
  readonly rules: readonly RuleReference[] | null;
}

/** Packets for which it cannot be told. */
export interface OpenPackets {
  readonly family: Family;
  readonly hook: PacketHook;
  readonly packets: Readonly<Record<string, string>>;
  readonly witness: Packet | null;
  readonly because: string;
}

/** What becomes of all packets of one hook and family. */
export interface PacketClasses {
  readonly classes: readonly PacketClass[];
  readonly open: readonly OpenPackets[];
}

/** Which packets are asked about. */
export interface ClassScope extends Partial<Links> {
  readonly family: Family;
  readonly hook: PacketHook;
  readonly state: ConntrackState;
  readonly proxy: ProxyIds;
}

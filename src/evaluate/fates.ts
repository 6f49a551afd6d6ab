import { parseAddress } from '../model/address.ts';
import type { Family } from '../model/family.ts';
import type { ConntrackState } from '../model/match.ts';
import type { Packet, PacketHook } from '../model/packet.ts';
import type { RuleReference, Ruleset } from '../model/ruleset.ts';
import { HookFates } from './fates-hook.ts';
import type { Trace } from './packet.ts';
import { whyGivenUp } from './symbolic/limits.ts';
import type { ProxyIds } from './symbolic/owners.ts';

/** Packets that the rules do the same to. */
export interface FateClass {
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
export interface OpenFate {
  readonly family: Family;
  readonly hook: PacketHook;
  readonly packets: Readonly<Record<string, string>>;
  readonly witness: Packet | null;
  readonly because: string;
}

/** What becomes of all packets of one hook and family. */
export interface Fates {
  readonly classes: readonly FateClass[];
  readonly open: readonly OpenFate[];
}

/** Which packets are asked about. */
export interface FateScope {
  readonly family: Family;
  readonly hook: PacketHook;
  readonly state: ConntrackState;
  readonly proxy: ProxyIds;
  /** The namespace's own addresses, as text, where they are known. */
  readonly localAddresses: readonly string[];
}

/**
 * What the rules do to all packets that can exist in a state: owner by owner, few classes each. Packets that come back in
 * over lo are left out in PREROUTING: they were decided in OUTPUT.
 */
export function fatesOf(ruleset: Ruleset, scope: FateScope): Fates {
  const { family, hook, localAddresses } = scope;
  const local = localAddresses.filter((text) => parseAddress(text)?.family === family);
  try {
    return new HookFates(ruleset, { ...scope, localAddresses: local }).result();
  } catch (error) {
    return { classes: [], open: [{ family, hook, packets: {}, witness: null, because: whyGivenUp(error) }] };
  }
}

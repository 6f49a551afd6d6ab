import type { Family } from '../model/family.ts';
import type { Packet, PacketHook } from '../model/packet.ts';
import type { Links } from '../model/pod.ts';
import type { RuleReference } from '../model/ruleset.ts';
import type { OpenPackets } from './classes-types.ts';
import type { Trace } from './packet.ts';
import type { WatchedMark } from './symbolic/watched.ts';

/** A class of packets that two rulesets treat differently. */
export interface DifferentClass {
  readonly family: Family;
  readonly hook: PacketHook;
  /** The fields that tell the class apart, in words. */
  readonly packets: Readonly<Record<string, string>>;
  readonly witness: Packet;
  readonly live: Trace;
  readonly expected: Trace;
  /**
   * Where many rules that say the same of different ports or addresses decide, and the class is all their packets: these
   * rules (and maybe others like them that decide elsewhere).
   */
  readonly alike?: { readonly live: readonly RuleReference[]; readonly expected: readonly RuleReference[] };
}

/** Packets for which the answer depends on something that no known field of a packet decides. */
export interface OpenClass extends OpenPackets {
  readonly witness: Packet;
  /** What would tell, where that is known. */
  readonly remedy?: string;
}

/** All differences between two rulesets for one hook and family. If both lists are empty, they are equivalent. */
export interface Comparison {
  readonly different: readonly DifferentClass[];
  readonly open: readonly OpenClass[];
}

/** What a comparison is about. */
export interface ComparisonScope extends Partial<Links> {
  readonly hook: PacketHook;
  readonly family: Family;
  /**
   * `rules` (as ever): a class for each pair of deciding rules; where these are very many, one for all that are alike.
   * `outcomes`: one for each pair of outcomes, taken apart where its words would promise too much, so that every packet
   * that the words describe is in the class.
   */
  readonly classes?: 'rules' | 'outcomes';
  /** The marks that make a difference; without them those that the expected rules look at. */
  readonly watched?: readonly WatchedMark[];
}

import type { Packet, Verdict } from './packet.ts';
import type { RuleReason } from './reason.ts';

/** One rule that a packet met. */
export interface TraceStep {
  readonly table: string;
  readonly chain: string;
  /** 1-based position in the chain; 0 for the policy of a base chain. */
  readonly index: number;
  readonly text: string;
  readonly outcome: 'match' | 'no-match' | 'undetermined';
  /** What the rule does when it matches: `jump ISTIO_INBOUND`, `redirect 15006`, `return`. */
  readonly action: string;
  /** Why it matched or did not: the conditions that decided, with the packet's values. In JSON a sentence. */
  readonly why: RuleReason;
}

/** The way of one packet through the hooks. */
export interface TraceReport {
  readonly packet: Packet;
  readonly verdict: Verdict;
  /** Left out when only the verdict was asked for. */
  readonly steps?: readonly TraceStep[];
}

/** A line of a packets file that is not a packet. */
export interface PacketError {
  readonly error: string;
  /** 1-based. */
  readonly line: number;
}

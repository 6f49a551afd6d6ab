import type { ConfigKey } from '../model/config.ts';
import type { Family } from '../model/family.ts';
import type { Packet, Verdict } from '../model/packet.ts';

/** Which facts a use case looks at. At most one source is asked for; none means the namespace we run in. */
export type SourceRequest =
  | { readonly kind: 'live' }
  /** Saved texts; a file `-` is the standard input. `family` overrides what the addresses say. */
  | {
      readonly kind: 'rules';
      readonly files: readonly string[];
      readonly sockets?: string;
      readonly family?: Family;
    }
  /** The recording of a broken pod that is shipped with the program. */
  | { readonly kind: 'example' };

/** Where the expected configuration is read from, as raw text: flags win over the file, the file over `env`. */
export interface ConfigRequest {
  readonly configFile?: string;
  readonly istioVersion?: string;
  readonly flags: Readonly<Partial<Record<ConfigKey, string>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What `check` is asked. */
export interface CheckRequest {
  readonly source: SourceRequest;
  readonly config: ConfigRequest;
  /** Version of istio-nat, for the report. */
  readonly toolVersion: string;
}

/** What `trace` is asked: one packet, or a file of packets as JSON lines (`-`: standard input). */
export interface TraceRequest {
  readonly source: SourceRequest;
  readonly packets:
    | { readonly kind: 'packet'; readonly packet: Packet }
    | { readonly kind: 'file'; readonly file: string };
  /** Leaves the steps out. */
  readonly verdictOnly: boolean;
}

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
  /** Why it matched or did not: the first match that decided, with the packet's value. */
  readonly why: string;
}

/** The way of one packet through the hooks. */
export interface TraceReport {
  readonly packet: Packet;
  readonly verdict: Verdict;
  /** Left out when only the verdict was asked for. */
  readonly steps?: readonly TraceStep[];
}

/** A line of a packets file that is no packet. */
export interface PacketError {
  readonly error: string;
  /** 1-based. */
  readonly line: number;
}

/**
 * What `trace` answers: one item for each packet asked about, in order, produced only as fast as it is read. They come
 * in the batches in which the packets came, so that not every packet has to wait for a turn of its own.
 */
export interface TraceRun {
  readonly traces: AsyncIterable<Iterable<TraceReport | PacketError>>;
  /** What was not understood in the rules and could not be looked at, for stderr. */
  readonly notes: readonly string[];
  /** Part of the rules was lost: no verdict is the last word, not even one that the rest decides. */
  readonly incomplete: boolean;
}

/** The forms an expected layout can be printed in. */
export const EXPECTED_OUTPUTS = ['save', 'S', 'nft', 'json'] as const;

/** One of the forms an expected layout can be printed in. */
export type ExpectedOutput = (typeof EXPECTED_OUTPUTS)[number];

/** What `expected` is asked. Without a family both are printed, IPv4 first. */
export interface ExpectedRequest {
  readonly config: ConfigRequest;
  readonly output: ExpectedOutput;
  readonly family?: Family;
}

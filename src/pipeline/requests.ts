import type { FlowQuestion } from '../flow/types.ts';
import type { ConfigKey } from '../model/config.ts';
import type { Family } from '../model/family.ts';
import type { ConntrackState } from '../model/match.ts';
import type { Packet } from '../model/packet.ts';
import type { ProbeQuestion } from '../probe/types.ts';

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

/** What `diff` is asked. */
export interface DiffRequest {
  /** The rules as they are now. */
  readonly source: SourceRequest;
  readonly config: ConfigRequest;
  /** Rules from before, instead of the expected layout. */
  readonly against?: Extract<SourceRequest, { kind: 'rules' }>;
  /** Whether the ways of the witnesses are part of the answer. */
  readonly traces: boolean;
}

/** What `infer` is asked. Declared inputs are taken as they are; the others are read in their light. */
export interface InferRequest {
  readonly source: SourceRequest;
  readonly config: ConfigRequest;
}

/** What `flow --classes` and `flow --unreached` are asked. */
export interface RulesQuestion {
  readonly source: SourceRequest;
  readonly config: ConfigRequest;
  /** The state of the packets that `--classes` is about. */
  readonly state: ConntrackState;
}

/** What `sockets` is asked. */
export interface SocketsRequest {
  readonly source: SourceRequest;
  /** False: only sockets were given, so it is nobody's fault that there are no rules. */
  readonly rulesGiven: boolean;
  readonly toolVersion: string;
}

/** What `flow` is asked. */
export interface FlowRequest extends FlowQuestion {
  readonly source: SourceRequest;
  readonly config: ConfigRequest;
}

/** What `probe` is asked. */
export interface ProbeRequest extends ProbeQuestion {
  readonly config: ConfigRequest;
}

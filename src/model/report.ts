import type { FindingCode, ObstacleCode } from './code.ts';
import type { Config, ConfigKey } from './config.ts';
import type { Family } from './family.ts';
import type { Packet, PacketHook, Verdict } from './packet.ts';
import type { Releases } from './releases.ts';
import type { AS_ASKED_FOR, ShownTable } from './shown.ts';

/** How much a finding can matter, from the most on. */
export const SEVERITIES = ['error', 'warning', 'info'] as const;

/** How much a finding matters. */
export type Severity = (typeof SEVERITIES)[number];

/** A rule as reports quote it. `index` is 1-based. */
export interface QuotedRule {
  readonly table: string;
  readonly chain: string;
  readonly index: number;
  readonly text: string;
}

/** What a finding rests on. */
export type Evidence =
  | ({ readonly kind: 'rule'; readonly source?: string; readonly line?: number } & QuotedRule)
  | { readonly kind: 'chain'; readonly table: string; readonly chain: string; readonly text: string }
  | { readonly kind: 'socket'; readonly text: string }
  | { readonly kind: 'command'; readonly command: string; readonly text: string }
  | {
      readonly kind: 'input';
      readonly source: string;
      readonly line: number;
      readonly column: number;
      readonly text: string;
    };

/** A class of packets that live and expected rules treat differently, with one packet of it. */
export interface Difference {
  readonly family: Family;
  readonly hook: PacketHook;
  /** The fields that tell the class apart, in words people use: `{"protocol": "tcp", "destinationPort": "8080"}`. */
  readonly packets: Readonly<Record<string, string>>;
  readonly witness: Packet;
  readonly live: Verdict;
  readonly expected: Verdict;
  readonly liveRule: QuotedRule | null;
  readonly expectedRule: QuotedRule | null;
}

/** Something wrong, or worth knowing, about the pod. */
export interface Finding<C extends FindingCode = FindingCode> {
  /** `NAT0101` … ; stable. */
  readonly code: C;
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly family?: Family;
  readonly evidence: readonly Evidence[];
  readonly differences: readonly Difference[];
  /** The ports it is about, where that is sockets and not packets: of listeners, and the servers' of connections. */
  readonly ports?: readonly number[];
  /** Why it is so, as far as the evidence tells: one sentence. */
  readonly cause?: string;
  /**
   * What to do, in lines: each is a step, but for commands (`COMMAND` of rules/command-writer.ts), which belong to the step
   * before them.
   */
  readonly remedy?: string;
  /** Address of the code's page. */
  readonly hint: string;
}

/** Where an input's value came from, strongest first. */
export type InputOrigin = 'flag' | 'config' | 'env' | 'annotation' | 'envoy' | 'inferred' | 'default';

/** One thing that was checked, or why it was not. */
export interface CheckOutcome {
  /** Kebab case, stable: `inbound-redirect`, `ipv6`, `listeners` … */
  readonly id: string;
  readonly outcome: 'pass' | 'fail' | 'skipped' | 'undetermined';
  readonly reason: string;
}

/** Why no answer could be given. */
export interface Undetermined {
  readonly code: ObstacleCode;
  readonly message: string;
  /** The command or the step that would get the answer. */
  readonly remedy: string;
}

/** Where the facts of a report came from. */
export type Source =
  | { readonly kind: 'live' }
  | { readonly kind: 'rules'; readonly files: readonly string[] }
  | { readonly kind: 'example'; readonly name: string };

/** What an answer rests on: what was shown, where, and what of it was not. */
export interface Seen {
  readonly rules: readonly ShownTable[];
  /** Families of which every table would have been seen: one that is not among the rules does not exist. */
  readonly allTables: readonly Family[];
  /** What else would tell something about the pod and was not seen (`connections`), and the command that shows it. */
  readonly unseen: readonly { readonly what: string; readonly command: string }[];
}

/** Tables that are known as they were asked for: whether the kernel took them was not seen. */
export interface Asked {
  readonly note: typeof AS_ASKED_FOR;
  readonly tables: readonly Pick<ShownTable, 'family' | 'table' | 'source' | 'line'>[];
}

/** A finding that somebody has accepted: counted and named, and not held against the pod. */
export interface Suppressed extends Pick<Finding, 'code' | 'severity' | 'title' | 'message'> {
  readonly reason: string;
  /** The last day on which it is suppressed, `YYYY-MM-DD`. */
  readonly expires?: string;
  /** What suppresses it. */
  readonly entry: { readonly file: string; readonly line: number };
}

/** What is wrong with an entry that suppresses nothing. */
export interface SuppressionWarning {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** The answer of `check`. Its JSON form is `schema/check.schema.json`. */
export interface CheckReport {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'istio-nat'; readonly version: string };
  readonly source: Source;
  readonly seen: Seen;
  readonly verdict: 'healthy' | 'degraded' | 'broken' | 'undetermined';
  readonly istio: {
    readonly version: string;
    /** First and last release that write these rules, where `version` was inferred from them. */
    readonly releases?: Releases;
    /** The newest release known here, where `version` is newer and was compared with that. */
    readonly heldAgainst?: string;
    readonly dataplane: 'sidecar' | 'ambient' | 'none';
    readonly interceptionMode: 'REDIRECT' | 'TPROXY';
    readonly backend: 'iptables-nft' | 'iptables-legacy' | 'iptables' | 'nftables';
    /** In the configuration file's own form (strings, comma lists). */
    readonly config: Readonly<Record<string, unknown>>;
    readonly origin: Readonly<Partial<Record<ConfigKey, InputOrigin>>>;
  };
  /** What rests on a log, or a text for iptables-restore, and on nothing that the kernel showed. */
  readonly asked?: Asked;
  readonly checks: readonly CheckOutcome[];
  readonly findings: readonly Finding[];
  readonly undetermined: readonly Undetermined[];
  /** Where suppressions were given. */
  readonly suppressed?: readonly Suppressed[];
  readonly suppressions?: { readonly warnings: readonly SuppressionWarning[] };
  /** Of all findings, also those that were left out. */
  readonly summary: { readonly error: number; readonly warning: number; readonly info: number };
  /** Findings below the severity that was asked for: they count and are not listed. */
  readonly leftOut?: { readonly minSeverity: Severity; readonly warning: number; readonly info: number };
}

/** A configuration together with where each of its values came from. */
export interface ResolvedConfig {
  readonly config: Config;
  readonly origin: Readonly<Partial<Record<ConfigKey, InputOrigin>>>;
  /** First and last release that write such rules, where the release was inferred. */
  readonly releases?: Releases;
}

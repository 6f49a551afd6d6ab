import type { Ending } from '../collect/attempt/attempt.ts';
import type { Owner } from '../collect/owner.ts';
import type { Config } from '../model/config.ts';
import type { Packet, Verdict } from '../model/packet.ts';
import type { Releases } from '../model/releases.ts';
import type { QuotedRule, Undetermined } from '../model/report.ts';

export type { Owner };

/** What is to be sent. */
export interface ProbeQuestion {
  /** Whom to send as; empty: an application and the proxy, as far as the rights go. */
  readonly owners: readonly Owner[];
  /** Where the outbound probe goes; a documentation address (RFC 5737, RFC 3849) unless given. */
  readonly to?: { readonly address: string; readonly port: number };
  /** Milliseconds for each attempt. */
  readonly timeoutMs: number;
  /** Only say what would be sent. */
  readonly dryRun: boolean;
}

/** What a probe stands for: a call elsewhere, to oneself, the proxy's call to the application, Istio's own validation, DNS. */
export type Purpose = 'outbound' | 'self' | 'upstream' | 'validation' | 'dns';

/** One attempt that is to be made, with its first packet. */
export interface PlannedProbe {
  readonly purpose: Purpose;
  readonly role: 'application' | 'proxy';
  readonly owner: Owner;
  /** Bind to this address; left out: the kernel's choice. */
  readonly from?: string;
  readonly packet: Packet & { readonly protocol: 'tcp' | 'udp'; readonly destinationPort: number };
}

/** Who took the packet: a socket of this pod, somebody outside, nobody, or it cannot be seen. */
export type Path =
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'outside' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'unseen' };

/** Whether an attempt went the way that Istio intends. */
export interface Judgement {
  readonly outcome: 'pass' | 'fail' | 'undetermined';
  readonly message: string;
}

/** An attempt, and what became of it. */
export interface ProbeResult extends Omit<PlannedProbe, 'from'> {
  /** What Istio's layout does to the packet. */
  readonly expected: Verdict;
  /** What the live rules do to it, by themselves; null where they cannot be read. */
  readonly predicted: Verdict | null;
  /** The live rule that decides it. */
  readonly rule: QuotedRule | null;
  /** Null when nothing was sent. */
  readonly sent: { readonly ending: Ending; readonly durationMs: number; readonly path: Path } | null;
  readonly outcome: Judgement['outcome'] | 'skipped';
  readonly message: string;
}

/** What `probe` answers. */
export interface ProbeAnswer {
  readonly config: Config;
  /** First and last release that `config` could be of as well, where the release was inferred. */
  readonly releases?: Releases;
  readonly probes: readonly ProbeResult[];
  /** What istio-validation would find; null where Istio runs none. */
  readonly validation: Judgement | null;
  readonly undetermined: readonly Undetermined[];
}

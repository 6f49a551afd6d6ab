import type { Config } from '../../model/config.ts';
import type { Family } from '../../model/family.ts';
import type { Packet, Verdict } from '../../model/packet.ts';
import type { QuotedRule, Source, Undetermined } from '../../model/report.ts';

/** One step of a life as it is printed. */
export interface ShownStep {
  readonly number: number;
  readonly hook: string;
  readonly table: string | null;
  readonly chain: string | null;
  readonly rule: QuotedRule | null;
  readonly action: string;
  readonly why: string;
  readonly intended: 'yes' | 'no' | 'follows' | 'unknown';
  readonly packet?: Packet;
  readonly verdict?: Verdict;
  readonly expected?: { readonly verdict: Verdict; readonly rule: QuotedRule | null };
  readonly program?: string;
  readonly port?: number;
}

/** The life of a request as it is printed. */
export interface ShownJourney {
  readonly name: 'inbound' | 'outbound' | 'dns' | 'dns-tcp' | 'probe' | 'self-service' | 'self-pod';
  readonly family: Family;
  readonly intended: 'yes' | 'no' | 'unknown';
  readonly end: 'application' | 'agent' | 'dns' | 'resolver' | 'wire' | 'refused' | 'dropped' | 'loop' | 'unknown';
  readonly proxied: boolean;
  readonly steps: readonly ShownStep[];
  readonly answers: readonly ShownStep[];
}

/** What `flow` found, as far as it is printed. */
export interface ShownFlow {
  readonly report: {
    readonly schemaVersion: 1;
    readonly intended: boolean | null;
    readonly journeys: readonly ShownJourney[];
    readonly assumed: readonly string[];
    readonly undetermined: readonly Undetermined[];
  };
  readonly source: Source;
  readonly config: Config;
}

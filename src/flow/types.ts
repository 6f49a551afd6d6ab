import type { Config } from '../model/config.ts';
import type { Family } from '../model/family.ts';
import type { Packet, Verdict } from '../model/packet.ts';
import type { Releases } from '../model/releases.ts';
import type { QuotedRule, Source, Undetermined } from '../model/report.ts';
import type { Hook } from '../model/ruleset.ts';
import type { Program } from './listeners.ts';
import type { StepReason } from './reasons.ts';

/** The lives that are followed, in the order in which they are shown. */
export const JOURNEYS = ['inbound', 'outbound', 'dns', 'dns-tcp', 'probe', 'self-service', 'self-pod'] as const;

/** One of the lives that are followed. */
export type JourneyName = (typeof JOURNEYS)[number];

/** Which requests are followed. */
export interface FlowQuestion {
  /** The application's port; its first listener unless given. */
  readonly port?: number;
  /** Where the application calls. */
  readonly to?: { readonly family: Family; readonly address: string; readonly port?: number };
  /** The application's user; that of its listener unless given, 1000 if that was not seen. */
  readonly uid?: number;
  /** Without: those that the expected layout captures and whose rules were read. */
  readonly family?: Family;
  /** Without: all that apply. */
  readonly journeys?: readonly JourneyName[];
}

/**
 * Whether the layout means a step to be as it is. `no`: here it goes differently than in the layout. `follows`: what
 * comes of that. `unknown`: a condition that no packet decides, or rules that were not shown.
 */
export type Intended = 'yes' | 'no' | 'follows' | 'unknown';

/** What the expected layout does in place of a step that is not intended. */
export interface Instead {
  /** What becomes of the packet in this hook. */
  readonly verdict: Verdict;
  /** The rule that should have decided here; null: none, a policy. */
  readonly rule: QuotedRule | null;
}

/** Where a step happens: at a hook, in a program of the pod, in its routing, or out on the wire. */
export type Place = Hook | 'socket' | 'application' | 'routing' | 'wire';

/** One step of a life. */
export interface FlowStep {
  /** 1-based; the calls of an application are counted on from the requests that it answers. */
  readonly number: number;
  readonly hook: Place;
  readonly table: string | null;
  readonly chain: string | null;
  /** Null: no rule matched (why says what that means), or the step is not one of netfilter's. */
  readonly rule: QuotedRule | null;
  /** What is done: the rule's action, `policy accept`, `back to PREROUTING`, `accept` of a program … */
  readonly action: string;
  /** In JSON a sentence. */
  readonly why: StepReason;
  readonly intended: Intended;
  /** The packet that entered the hook, and what became of it there. Only at hooks. */
  readonly packet?: Packet;
  readonly verdict?: Verdict;
  readonly expected?: Instead;
  /** Who got it, and at which port. Only for programs. */
  readonly program?: Program;
  readonly port?: number;
}

/** How a life ends. */
export type End = 'application' | 'agent' | 'dns' | 'resolver' | 'wire' | 'refused' | 'dropped' | 'loop' | 'unknown';

/** The life of one request, and the rules that its answer meets on the way back. */
export interface Journey {
  readonly name: JourneyName;
  readonly family: Family;
  readonly intended: 'yes' | 'no' | 'unknown';
  readonly end: End;
  /** Whether the proxy (for a query: the DNS proxy) handled it on its way. */
  readonly proxied: boolean;
  readonly steps: readonly FlowStep[];
  readonly answers: readonly FlowStep[];
}

/** The answer of `flow`. Its JSON form is `schema/flow.schema.json`. */
export interface FlowReport {
  readonly schemaVersion: 1;
  /** False: a step goes differently than the layout has it. Null: none was found, and something could not be told. */
  readonly intended: boolean | null;
  readonly journeys: readonly Journey[];
  /** What was taken as given because nothing showed it. */
  readonly assumed: readonly string[];
  readonly undetermined: readonly Undetermined[];
}

/** The report together with what words for people need besides. */
export interface FlowAnswer {
  readonly report: FlowReport;
  readonly source: Source;
  readonly config: Config;
  /** First and last release that `config` could be of as well, where the release was inferred. */
  readonly releases?: Releases;
}

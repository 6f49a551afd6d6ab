import type { PacketClass } from '../evaluate/classes-types.ts';
import type { Family } from '../model/family.ts';
import type { Verdict } from '../model/packet.ts';
import type { QuotedRule, Source, Undetermined } from '../model/report.ts';

/**
 * What becomes of packets. `captured`: by the proxy, or whoever listens there. `loops`: the proxy's own packets come back
 * to it. `sent`: to another address. `left-alone`: they go where they wanted to, past the proxy.
 */
export type Fate = 'captured' | 'loops' | 'sent' | 'left-alone' | 'dropped' | 'undetermined';

/** Packets that the rules do the same to. */
export interface FlowClass extends Omit<PacketClass, 'owner' | 'traffic' | 'proxy' | 'trace' | 'rules'> {
  /** The fields of `owner` and `traffic` together. */
  readonly packets: Readonly<Record<string, string>>;
  readonly fate: Fate;
  readonly verdict: Verdict;
  /** The rule that decides for the witness; null where none does. */
  readonly rule: QuotedRule | null;
  /** The rules that decide for packets of the class, at most 16 of them; null where they could not be told. */
  readonly rules: readonly QuotedRule[] | null;
  readonly ruleCount: number | null;
}

/** The answer of `flow --classes`. Its JSON form is `schema/flow-classes.schema.json`. */
export interface FlowClassesReport {
  readonly schemaVersion: 1;
  readonly classes: readonly FlowClass[];
  readonly undetermined: readonly Undetermined[];
}

/** A class with its owners and its traffic apart, as tables show it. */
export type ShownFlowClass = FlowClass & Pick<PacketClass, 'owner' | 'traffic' | 'proxy'>;

/** The report together with what words for people need besides. */
export interface FlowClassesAnswer {
  readonly report: FlowClassesReport;
  readonly shown: readonly ShownFlowClass[];
  readonly source: Source;
  /** What the answer leaves out, for stderr. */
  readonly notes: readonly string[];
}

/** A rule that matches no packet. */
export interface UnreachedRule {
  readonly family: Family | 'inet';
  readonly rule: QuotedRule;
  readonly reason: 'no-jump' | 'not-entered' | 'no-packet' | 'taken';
  /** `taken`: earlier rules of the chain that together take its packets. */
  readonly by: readonly QuotedRule[];
  /** Whether those in `by` take all of them; else there are more such rules. */
  readonly complete: boolean;
}

/** The answer of `flow --unreached`. Its JSON form is `schema/flow-unreached.schema.json`. */
export interface FlowUnreachedReport {
  readonly schemaVersion: 1;
  readonly rules: readonly UnreachedRule[];
  readonly undetermined: readonly Undetermined[];
}

/** The report together with what words for people need besides. */
export interface FlowUnreachedAnswer {
  readonly report: FlowUnreachedReport;
  readonly source: Source;
  /** All rules that were looked at. */
  readonly looked: number;
  readonly notes: readonly string[];
}

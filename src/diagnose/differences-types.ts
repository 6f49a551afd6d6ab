import type { Config } from '../model/config.ts';
import type { Difference, QuotedRule, Source, Undetermined } from '../model/report.ts';
import type { ConfigRequest, SourceRequest, TraceStep } from '../pipeline/types.ts';

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

/** A class of packets that fares differently, with the ways of its witness if they were asked for. */
export interface DiffDifference extends Difference {
  readonly traces?: { readonly live: readonly TraceStep[]; readonly expected: readonly TraceStep[] };
}

/** The answer of `diff`. Its JSON form is `schema/diff.schema.json`. */
export interface DiffReport {
  readonly schemaVersion: 1;
  /** Null: no difference was found, and something that matters could not be looked at or told. */
  readonly equivalent: boolean | null;
  /** The most ordinary packets first. */
  readonly differences: readonly DiffDifference[];
  readonly undetermined: readonly Undetermined[];
}

/** The rule that makes a difference: one too many, one too few, or one that comes too early. */
export interface DiffCause {
  readonly kind: 'added' | 'removed' | 'early';
  readonly rule: QuotedRule;
}

/** The report together with what words for people need besides. */
export interface DiffAnswer {
  readonly report: DiffReport;
  readonly source: Source;
  /** The other side: the layout of a configuration, or files. */
  readonly other: { readonly kind: 'layout'; readonly config: Config } | Extract<Source, { kind: 'rules' }>;
  /** For each difference the rule that makes it, where one alone does. */
  readonly causes: readonly (DiffCause | null)[];
}

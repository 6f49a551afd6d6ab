import type { Config } from '../../model/config.ts';
import type { Difference, QuotedRule, Source, Undetermined } from '../../model/report.ts';
import type { TraceStep } from '../../model/trace.ts';

/** A class of packets as it is printed. */
export interface ShownDifference extends Difference {
  readonly traces?: { readonly live: readonly TraceStep[]; readonly expected: readonly TraceStep[] };
}

/** The rule that makes a difference. */
export interface ShownCause {
  readonly kind: 'added' | 'removed' | 'early';
  readonly rule: QuotedRule;
}

/** What `diff` found, as far as it is printed. */
export interface Compared {
  readonly report: {
    readonly schemaVersion: 1;
    readonly equivalent: boolean | null;
    readonly differences: readonly ShownDifference[];
    readonly undetermined: readonly Undetermined[];
  };
  readonly source: Source;
  readonly other: { readonly kind: 'layout'; readonly config: Config } | Extract<Source, { kind: 'rules' }>;
  readonly causes: readonly (ShownCause | null)[];
}

/** How the two sides and the ways in which a rule can be guilty are called. */
export interface Wording {
  readonly live: string;
  readonly expected: string;
  readonly cause: Readonly<Record<ShownCause['kind'], string>>;
}

import type { Source, Undetermined } from '../model/report.ts';
import type { Candidate, RuleDifference } from './index.ts';

/** A rule that keeps the live rules from being a layout. */
export interface InferredDifference extends Omit<RuleDifference, 'rule'> {
  /** 1-based; of a missing rule the place that it has in the layout. */
  readonly index: number;
  readonly text: string;
}

/** One reading of the live rules, its configuration in the form of the configuration file. */
export interface InferredCandidate extends Omit<Candidate, 'config' | 'differences'> {
  readonly config: Readonly<Record<string, unknown>>;
  /** The first of them, `distance` has their number. */
  readonly differences: readonly InferredDifference[];
}

/** The answer of `infer`. Its JSON form is `schema/infer.schema.json`. */
export interface InferReport {
  readonly schemaVersion: 1;
  readonly source: Source;
  /** Best first; empty when nothing of Istio's was found. */
  readonly candidates: readonly InferredCandidate[];
  /** What kept us from seeing all rules. */
  readonly undetermined: readonly Undetermined[];
}

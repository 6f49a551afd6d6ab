import type { ConfigKey } from '../model/config.ts';
import type { TableFamily } from '../model/family.ts';
import type { Source, Undetermined } from '../model/report.ts';
import type { Backend } from '../model/ruleset.ts';
import type { Certainty, Programmer } from './index.ts';

/** A rule that keeps the live rules from being a layout. */
export interface InferredDifference {
  readonly kind: 'missing' | 'extra';
  readonly family: TableFamily;
  readonly table: string;
  readonly chain: string;
  /** 1-based; of a missing rule the place that it has in the layout. */
  readonly index: number;
  readonly text: string;
}

/** One reading of the live rules, its configuration in the form of the configuration file. */
export interface InferredCandidate {
  readonly releases: readonly [string, string];
  /** Releases between those whose layout is another one. */
  readonly except: readonly (readonly [string, string])[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly distance: number;
  readonly backend: Backend;
  readonly certainty: Readonly<Partial<Record<ConfigKey, Certainty>>>;
  readonly suspicious: readonly ConfigKey[];
  readonly reasons: readonly string[];
  /** The first of them, `distance` has their number. */
  readonly differences: readonly InferredDifference[];
  readonly programmer: Programmer;
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

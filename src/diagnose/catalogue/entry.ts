import type { Severity } from '../../model/report.ts';

/** A command that confirms a finding by hand, and what in its output does. None of them changes what it looks at. */
export interface Confirmation {
  readonly command: string;
  readonly lookFor: string;
}

/** What is known about a finding code. Commands and settings inside the texts are between backticks. */
export interface CatalogueEntry {
  /** `NAT0101` …; stable, never renumbered and never reused. */
  readonly code: string;
  /** Kebab case; stable, and another way to ask for the entry. */
  readonly name: string;
  /** Default severity; null where the code makes a check undetermined and says nothing about the pod. */
  readonly severity: Severity | null;
  /** A fragment of a sentence, without a full stop. */
  readonly title: string;
  /** One paragraph: what happens to traffic, and what people notice. */
  readonly meaning: string;
  /** Likely causes, the most frequent first. */
  readonly causes: readonly string[];
  readonly confirm: readonly Confirmation[];
  /** What to do: the Istio setting that lasts, then the command. */
  readonly remedy: readonly string[];
  /** Oldest Istio release it applies to, `X.Y` or `X.Y.Z`. */
  readonly since: string;
  /** Newest Istio release it applies to; null when there is none. */
  readonly until: string | null;
  /** What a reader needs to see it. */
  readonly rights: string;
  /** Subject that codes with the same first four digits share, as a heading. */
  readonly group: string;
}

/** The entries of one subject, as the data files hold them. */
export interface CatalogueGroup {
  readonly group: string;
  readonly entries: readonly Omit<CatalogueEntry, 'group'>[];
}

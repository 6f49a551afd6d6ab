import type { Code, ObstacleCode } from '../../model/code.ts';
import type { Severity } from '../../model/report.ts';
import { RIGHTS } from './wording.ts';

/** A command that confirms a finding by hand, and what in its output does. None of them changes what it looks at. */
export interface Confirmation {
  readonly command: string;
  readonly lookFor: string;
}

/** How to tell one likely cause from the others. */
export interface Distinction {
  /** One of the entry's causes. */
  readonly cause: string;
  /** What is seen where it is this one, and not where it is another. */
  readonly tell: string;
}

/** What is known about a finding code. Commands and settings inside the texts are between backticks. */
export interface CatalogueEntry {
  readonly code: Code;
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
  /** For those of them where something tells. */
  readonly distinguish: readonly Distinction[];
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

/** How differences in traffic that have a code are told. */
export interface TrafficTraits {
  /**
   * `rule`: each guilty rule is a finding. `whole`: the fault is one thing for the pod or a family, whatever rules it adds
   * or takes away; one annotation that did not take effect, or should not have, is many rules.
   */
  readonly scope: 'rule' | 'whole';
  /** `edits` of single rules, or the layout is broken as a whole and is programmed anew by restarting the pod. */
  readonly mending: 'edits' | 'reprogram';
}

/** What an entry leaves out: it is so for most of them. */
export const USUAL = { since: '1.0', until: null, rights: RIGHTS.rules } as const;

/** An entry as the data files hold it. `traffic`: differences in traffic can have the code. */
type EntryOf<C extends Code> = Omit<
  CatalogueEntry,
  'code' | 'group' | 'severity' | 'confirm' | 'causes' | 'distinguish' | keyof typeof USUAL
> &
  Partial<Pick<CatalogueEntry, keyof typeof USUAL>> & {
    readonly severity: C extends ObstacleCode ? null : Severity;
    readonly causes: readonly (string | Distinction)[];
    /** By command what confirms the finding in its output. */
    readonly confirm: Readonly<Record<string, string>>;
    readonly traffic?: TrafficTraits;
  };

/** The entries of the codes that begin with `Prefix`: no less and no more. */
export interface CatalogueGroup<Prefix extends string> {
  readonly group: string;
  readonly entries: { readonly [C in Extract<Code, `${Prefix}${string}`>]: EntryOf<C> };
}

/** A complaint as people have it, and a section of docs/runbook.md. */
export interface Symptom {
  /** The heading of the section. */
  readonly title: string;
  /** Other words for it. */
  readonly words: string;
  /** The findings behind it, the most likely first. */
  readonly codes: readonly Code[];
}

/** What fits the words that somebody asked about, the best first. */
export interface Matches {
  readonly query: string;
  readonly symptoms: readonly Symptom[];
  readonly entries: readonly CatalogueEntry[];
  /** How many entries fit as well and are left out. */
  readonly more: number;
  /** Words of the query that no text has. */
  readonly unknown: readonly string[];
}

/** What `explain` answers: one entry of the catalogue, all of them in the order of their codes, or those that fit. */
export type Explanation =
  | { readonly kind: 'entry'; readonly entry: CatalogueEntry; readonly symptoms: readonly Symptom[] }
  | { readonly kind: 'catalogue'; readonly entries: readonly CatalogueEntry[] }
  | ({ readonly kind: 'matches' } & Matches);

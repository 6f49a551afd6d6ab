/** An error that took the place of a report. */
export interface ReportedFailure {
  readonly kind: FailureKind;
  readonly exitCode: number;
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
  /** The finding code that explains it. */
  readonly code?: string;
}

/** Who has to act: the caller, somebody who can give access, or the authors of istio-nat. */
export type FailureKind = 'usage' | 'cannot-look' | 'bug';

/** Which command failed, and when. */
export interface FailedRun {
  readonly command: string;
  readonly now: Date;
}

/** Makes text of an error, so that a reader of the format sees one and not a report without findings. */
export type FailureRenderer = (failure: ReportedFailure, run: FailedRun) => string;

/** The kind of an error as a heading. */
export const FAILURE_TITLES: Readonly<Record<FailureKind, string>> = {
  usage: 'wrong usage',
  'cannot-look': 'could not look',
  bug: 'a bug in istio-nat',
};

/** An error and what to do next, as lines. */
export function failureLines({ message, hint }: Pick<ReportedFailure, 'message' | 'hint'>): string {
  return hint === undefined ? message : `${message}\n${hint}`;
}

/** Something in an input that could not be understood; parsing went on after it. */
export interface Diagnostic {
  /** File name, `stdin`, or the command whose output it was. */
  readonly source: string;
  /** 1-based; 0 when it concerns the whole input. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** What was wrong and what was expected instead. */
  readonly message: string;
  /** The line itself. */
  readonly text: string;
  /**
   * `error`: something that could matter was lost (a rule, a table), so no verdict can rest on the rest alone.
   * `note`: the form cannot show something, or harmless text was skipped.
   */
  readonly severity: 'error' | 'note';
  /** An error that says which part of a table is not there, rather than of a line that it cannot be read. */
  readonly structural?: true;
}

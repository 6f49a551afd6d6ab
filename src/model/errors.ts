/** What a user error says beyond its message. */
export interface ErrorDetails {
  /** The next step: a command to run, a value to use. One sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The question was asked wrongly: a flag, a value, a configuration key. Ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.hint = details.hint;
  }
}

/** The question was right and the facts could not be had: no rights, no tool, unreadable input. Exit code 3. */
export class CannotLook extends Error {
  override readonly name = 'CannotLook';
  /** The finding code of group NAT10 that explains it, where there is one. */
  readonly code: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, details: ErrorDetails & { readonly code?: string } = {}) {
    super(message, { cause: details.cause });
    this.code = details.code;
    this.hint = details.hint;
  }
}

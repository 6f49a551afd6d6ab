/** How to run a command. */
export interface CommandOptions {
  /** Milliseconds; 5000 by default. */
  readonly timeoutMs?: number;
  /** Most bytes of standard output; 64 MiB by default. */
  readonly maxBytes?: number;
}

/** Why the process did not end in an ordinary way. */
export type CommandFailureKind = 'not-found' | 'not-executable' | 'timed-out' | 'too-much-output' | 'killed';

/** What came of a command. An exit code other than 0 is not a failure to run it: both stand next to each other. */
export interface CommandResult {
  readonly argv: readonly string[];
  /** The file that was executed, or null when none was found. */
  readonly path: string | null;
  /** Null when the process did not end by itself. */
  readonly exitCode: number | null;
  /** Decoded as UTF-8; what was printed until the process was stopped, and the beginning where it was too much. */
  readonly stdout: string;
  readonly stderr: string;
  readonly failure: { readonly kind: CommandFailureKind; readonly message: string } | null;
  readonly durationMs: number;
}

/** A program and its arguments. There is no shell anywhere, so no quoting either. */
export type Argv = readonly [string, ...string[]];

/** The one seam to other processes. Never rejects: every outcome is a result. They get PATH and LC_ALL, nothing else. */
export interface CommandRunner {
  run(argv: Argv, options?: CommandOptions): Promise<CommandResult>;
}

/** Whether the command ran to its end and said that it succeeded. */
export function succeeded(result: CommandResult): boolean {
  return result.failure === null && result.exitCode === 0;
}

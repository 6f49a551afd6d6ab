import { Command } from '@oclif/core/command';
import { errorJson } from '../report/json.ts';
import type { ExitCode } from './exit-code.ts';
import { DEBUG_VARIABLE, failureOf, failureText } from './failure.ts';
import { wantsJson } from './format.ts';
import { write } from './output.ts';

/**
 * What all commands share: reports go to stdout and everything else to stderr, and every error ends with the exit code
 * of the contract. oclif alone would exit with 1 or 2 for all of them, and with other codes again under `--json`.
 */
export abstract class BaseCommand extends Command {
  /** Writes a report; the reader may be slow, or gone. */
  protected async report(text: string, exitCode: ExitCode): Promise<void> {
    process.exitCode = exitCode;
    await write(process.stdout, text);
  }

  /** Writes a remark that is no part of the report. */
  protected note(text: string): void {
    process.stderr.write(failureText({ message: text }));
  }

  protected override async catch(error: Error): Promise<void> {
    // Else oclif warns, under NODE_ENV=test and development, that the arguments were not parsed.
    this.parsed = true;
    await reportFailure(error, this.argv, Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags }));
  }
}

/** Ends with the failure's exit code, its text on stderr, and under JSON output a document on stdout. */
export async function reportFailure(error: unknown, argv: readonly string[], flags: readonly string[]): Promise<void> {
  const failure = failureOf(error, { flags });
  process.exitCode = failure.exitCode;
  process.stderr.write(failureText(failure));
  if (process.env[DEBUG_VARIABLE] && error instanceof Error) process.stderr.write(`${error.stack ?? error.message}\n`);
  if (wantsJson(argv, process.env)) await write(process.stdout, errorJson({ ...failure }));
}

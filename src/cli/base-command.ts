import { Command } from '@oclif/core/command';
import type { ArgInput, FlagInput, Input, OutputArgs, OutputFlags, ParserOutput } from '@oclif/core/interfaces';
import type { ForeignTool, FromEnvironment, Setting } from '../report/environment.ts';
import { errorJson } from '../report/json.ts';
import type { ExitCode } from './exit-code.ts';
import { DEBUG_VARIABLE, failureOf, failureText, stackText } from './failure.ts';
import { wantsJson } from './format.ts';
import { write } from './output.ts';
import { settingsFrom } from './settings.ts';
import { reportOptions, standardOutput } from './terminal.ts';

type Flags = OutputFlags<FlagInput>;

/** In which form a report is, and what was used for it: the environment's part in it is added. */
interface Shown {
  readonly format: string;
  readonly noColor?: boolean;
  /** Programs that were run from outside the system's directories. */
  readonly tools?: readonly ForeignTool[];
}

/**
 * What all commands share: reports go to stdout and everything else to stderr, and every error ends with the exit code
 * of the contract. oclif alone would exit with 1 or 2 for all of them, and with other codes again under `--json`.
 */
export abstract class BaseCommand extends Command {
  /** What the environment says in place of flags; known once they are parsed. */
  #settings: readonly Setting[] = [];

  protected override async parse<F extends Flags, B extends Flags, A extends OutputArgs<ArgInput>>(
    options?: Input<F, B, A>,
    argv?: string[],
  ): Promise<ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    this.#settings = settingsFrom(parsed, this.ctor.flags, process.env);
    return parsed;
  }

  /** Writes a report; the reader may be slow, or gone. */
  protected async report(text: string, exitCode: ExitCode, shown: Shown): Promise<void> {
    process.exitCode = exitCode;
    const from = { variables: this.#settings, tools: shown.tools ?? [] };
    await write(process.stdout, await this.#complete(text, from, shown));
  }

  async #complete(text: string, from: FromEnvironment, { format, noColor = false }: Shown): Promise<string> {
    if (from.variables.length === 0 && from.tools.length === 0) return text;
    const { environmentSentences, withEnvironmentJson, withEnvironmentTable } = await import(
      '../report/environment.ts'
    );
    if (format === 'json') return withEnvironmentJson(text, from);
    if (format === 'table') return withEnvironmentTable(text, from, reportOptions(standardOutput(), noColor));
    for (const sentence of environmentSentences(from)) this.note(sentence);
    return text;
  }

  /** Names the programs that were run from outside the system's directories, where the report has no place for it. */
  protected async noteTools(tools: readonly ForeignTool[]): Promise<void> {
    await this.#complete('', { variables: this.#settings, tools }, { format: 'notes' });
  }

  /** Writes a remark that is not part of the report. */
  protected note(text: string): void {
    process.stderr.write(failureText({ message: text }));
  }

  protected override async catch(error: Error): Promise<void> {
    // Else oclif warns, under NODE_ENV=test and development, that the arguments were not parsed.
    this.parsed = true;
    await reportFailure(error, this.argv, Object.keys({ ...this.ctor.baseFlags, ...this.ctor.flags }));
    await this.#complete('', { variables: this.#settings, tools: [] }, { format: 'error' });
  }
}

/** Ends with the failure's exit code, its text on stderr, and under JSON output a document on stdout. */
export async function reportFailure(error: unknown, argv: readonly string[], flags: readonly string[]): Promise<void> {
  const failure = failureOf(error, { flags });
  process.exitCode = failure.exitCode;
  process.stderr.write(failureText(failure));
  if (process.env[DEBUG_VARIABLE] && error instanceof Error) process.stderr.write(stackText(error));
  if (wantsJson(argv, process.env)) await write(process.stdout, errorJson({ ...failure }));
}

import { Command } from '@oclif/core/command';
import type { ArgInput, FlagInput, Input, OutputArgs, OutputFlags, ParserOutput } from '@oclif/core/interfaces';
import type { Machine } from '../collect/outside.ts';
import type { FromEnvironment, Setting } from '../report/environment.ts';
import {
  environmentOf,
  type FormatName,
  failureRendererOf,
  type ReportKind,
  type Reports,
  rendererOf,
} from '../report/formats.ts';
import type { ReportOptions } from '../report/style.ts';
import type { ExitCode } from './exit-code.ts';
import { DEBUG_VARIABLE, failureOf, failureText, stackText } from './failure.ts';
import { type Asked, outputFormat, wantedFormat } from './format.ts';
import type { Gathered, GatherRequest } from './gather.ts';
import { write } from './output.ts';
import { settingsFrom } from './settings.ts';
import { reportOptions, standardOutput } from './terminal.ts';

type Flags = OutputFlags<FlagInput>;

/** How a command prints: its output flags, and what else its renderers are told. */
type Shown = Asked &
  Pick<ReportOptions, 'verbose' | 'quiet' | 'all' | 'bypassing'> & { readonly color?: boolean | undefined };

/**
 * What all commands share: reports go to stdout and everything else to stderr, and every error ends with the exit code
 * of the contract. oclif alone would exit with 1 or 2 for all of them, and with other codes again under `--json`.
 */
export abstract class BaseCommand extends Command {
  /** What the environment says in place of flags; known once they are parsed. */
  #settings: readonly Setting[] = [];
  #machine: Machine | undefined;

  protected override async parse<F extends Flags, B extends Flags, A extends OutputArgs<ArgInput>>(
    options?: Input<F, B, A>,
    argv?: string[],
  ): Promise<ParserOutput<F, B, A>> {
    const parsed = await super.parse(options, argv);
    this.#settings = settingsFrom(parsed, this.ctor.flags, process.env);
    return parsed;
  }

  /** This machine, with what was run on it so far. */
  protected async machine(): Promise<Machine> {
    this.#machine ??= (await import('../collect/machine.ts')).thisMachine();
    return this.#machine;
  }

  /** What the use cases answer from. */
  protected async gather(request: GatherRequest): Promise<Gathered> {
    const { gather } = await import('./gather.ts');
    return gather(request, await this.machine());
  }

  /**
   * What every command does but one that answers line by line: the format is checked, then the report made, rendered,
   * and written with what the environment had a part in. The reader may be slow, or gone.
   */
  protected async show<K extends ReportKind, R extends Reports[K] & { readonly notes?: readonly string[] }>(
    kind: K,
    flags: Shown,
    answer: (format: FormatName) => Promise<R>,
    exitCode: (report: R) => ExitCode,
  ): Promise<void> {
    const format = outputFormat(flags, kind, process.env);
    const report = await answer(format);
    const shown = { ...flags, ...reportOptions(standardOutput(), flags.color), now: new Date() };
    const text = (await rendererOf(kind, format))(report, shown);
    for (const note of report.notes ?? []) this.note(note);
    process.exitCode = exitCode(report);
    await write(process.stdout, await this.#complete(text, format, shown));
  }

  async #complete(text: string, format: FormatName, options: ReportOptions): Promise<string> {
    const from = this.#environment();
    const add = from.variables.length + from.tools.length === 0 ? null : await environmentOf(format);
    if (add !== null) return add(text, from, options);
    await this.noteEnvironment();
    return text;
  }

  #environment(): FromEnvironment {
    return { variables: this.#settings, tools: this.#machine?.foreignTools() ?? [] };
  }

  /** Names what the environment had a part in, where the report has no place for it. */
  protected async noteEnvironment(): Promise<void> {
    const from = this.#environment();
    if (from.variables.length === 0 && from.tools.length === 0) return;
    const { environmentSentences } = await import('../report/environment.ts');
    for (const sentence of environmentSentences(from)) this.note(sentence);
  }

  /** Writes a remark that is not part of the report. */
  protected note(text: string): void {
    process.stderr.write(failureText({ message: text }));
  }

  protected override async catch(error: Error): Promise<void> {
    // Else oclif warns, under NODE_ENV=test and development, that the arguments were not parsed.
    this.parsed = true;
    const flags = { ...this.ctor.baseFlags, ...this.ctor.flags };
    await reportFailure(error, { argv: this.argv, command: this.id, flags });
    this.#machine = undefined;
    await this.noteEnvironment();
  }
}

/** What failed: the arguments, the command where there is one, and the flags that it has. */
interface Failed {
  readonly argv: readonly string[];
  readonly command?: string | undefined;
  readonly flags?: FlagInput;
}

/** Ends with the failure's exit code, its text on stderr, and a document on stdout where a program reads that. */
export async function reportFailure(error: unknown, { argv, command = '', flags = {} }: Failed): Promise<void> {
  const failure = failureOf(error, { flags: Object.entries(flags).flatMap(namesOf) });
  process.exitCode = failure.exitCode;
  process.stderr.write(failureText(failure));
  if (process.env[DEBUG_VARIABLE] && error instanceof Error) process.stderr.write(stackText(error));
  const format = wantedFormat(argv, process.env, flags);
  const render = format === undefined ? null : await failureRendererOf(format);
  if (render !== null) await write(process.stdout, render(failure, { command, now: new Date() }));
}

function namesOf([name, flag]: [string, FlagInput[string]]): string[] {
  return flag.type === 'boolean' && flag.allowNo === true ? [name, `no-${name}`] : [name];
}

import { CLIError, ModuleLoadError } from '@oclif/core/errors';
import { CannotLook, UsageError } from '../model/errors.ts';
import { escapeText } from '../report/escape.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { flagHint } from './flag-hint.ts';

/** An error as users see it: who has to act, what happened, and what to do next. */
export interface Failure {
  readonly kind: 'usage' | 'cannot-look' | 'bug';
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly hint?: string;
  /** The finding code that explains it. */
  readonly code?: string;
}

/** The flags that a command has, for suggestions. */
interface Known {
  readonly flags: readonly string[];
}

/** The environment variable that makes a bug show its stack. */
export const DEBUG_VARIABLE = 'ISTIO_NAT_DEBUG';

/** What an error that reached the top means for the user. Whatever is unforeseen is a bug of ours. */
export function failureOf(error: unknown, known: Known): Failure {
  if (error instanceof UsageError) {
    return { kind: 'usage', exitCode: EXIT.usage, message: error.message, ...optional({ hint: error.hint }) };
  }
  if (error instanceof CannotLook) {
    const { message, hint, code } = error;
    return { kind: 'cannot-look', exitCode: EXIT.cannotLook, message, ...optional({ hint, code }) };
  }
  // oclif's own errors are about the command line, except for the one that says that our modules do not load.
  if (error instanceof CLIError && !(error instanceof ModuleLoadError)) return parseFailure(error, known);
  return bug(error);
}

function optional<T extends Record<string, string | undefined>>(fields: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}

function parseFailure(error: CLIError, known: Known): Failure {
  const message = error.message.replace(/\s*See more help with --help\s*$/, '');
  const unknown = 'flags' in error && Array.isArray(error.flags) ? error.flags.map(String) : [];
  const first = unknown[0];
  if (first === undefined) return { kind: 'usage', exitCode: EXIT.usage, message, hint: 'See --help.' };
  return {
    kind: 'usage',
    exitCode: EXIT.usage,
    message: `There is no flag ${unknown.join(', ')}.`,
    hint: flagHint(first, known.flags),
  };
}

function bug(error: unknown): Failure {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    kind: 'bug',
    exitCode: EXIT.bug,
    message: `This is a bug in istio-nat, and says nothing about the pod: ${what}`,
    hint: `Please report it with the command line and the input. ${DEBUG_VARIABLE}=1 shows where it happened.`,
  };
}

/** A failure as it is written to stderr. Quoted input cannot reach the terminal unescaped. */
export function failureText(failure: Pick<Failure, 'message' | 'hint'>): string {
  const hint = failure.hint === undefined ? '' : `${indented(failure.hint)}\n`;
  return `istio-nat: ${indented(failure.message).trimStart()}\n${hint}`;
}

/** Where an error happened, as it is written to stderr. Its message quotes input, and the stack begins with it. */
export function stackText({ stack, message }: Error): string {
  return `${(stack ?? message).split('\n').map(harmless).join('\n')}\n`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${harmless(line.trim())}`)
    .join('\n');
}

/** GitHub Actions reads stderr as well, and takes such lines of what we quote for commands to its runner. */
function harmless(line: string): string {
  return escapeText(line)
    .replace(/^(\s*):(?=:)/, '$1\\x3a')
    .replaceAll('##[', '#\\x23[');
}

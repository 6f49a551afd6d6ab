import { boolean, string } from '@oclif/core/flags';
import { UsageError } from '../model/errors.ts';
import { type FormatName, formatsOf, hasColors, type ReportKind } from '../report/formats.ts';

/** The variable that stands for `--output`. */
export const OUTPUT_VARIABLE = 'ISTIO_NAT_OUTPUT';

/** The flags that say how a command prints its reports. The formats are checked where they are used. */
export function outputFlags(...kinds: readonly ReportKind[]) {
  const formats = formatsOf(...kinds);
  return {
    output: string({
      char: 'o',
      helpValue: formats.join('|'),
      description: `form of the output, ${formats[0]} unless given [env: ${OUTPUT_VARIABLE}]`,
    }),
    json: boolean({ description: 'the same as -o json' }),
    ...(formats.some(hasColors) && { 'no-color': boolean({ description: 'no colours, as with NO_COLOR' }) }),
  };
}

/** The formats of a command in its usage: `-o table|json`. */
export function outputUsage(...kinds: readonly ReportKind[]): string {
  return `-o ${formatsOf(...kinds).join('|')}`;
}

/**
 * Whether the caller asked for JSON, seen from the raw arguments: when they could not be parsed, the error must still
 * have the form that a program expects.
 */
export function wantsJson(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  if (flags.includes('--json')) return true;
  const given = flags.flatMap((flag, index) => outputValue(flag, flags[index + 1])).at(-1);
  return (given ?? env[OUTPUT_VARIABLE]) === 'json';
}

function outputValue(flag: string, next: string | undefined): string[] {
  if (flag === '-o' || flag === '--output') return next === undefined ? [] : [next];
  const attached = /^(?:--output=|-o=?)(.+)$/s.exec(flag)?.[1];
  return attached === undefined ? [] : [attached];
}

/** What was said about the output format. */
export interface Asked {
  readonly output?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * The output format: `--json` or `--output`, else the environment's where this kind of report has it, else the first
 * one. Two flags that disagree and a format that does not exist are usage errors.
 */
export function outputFormat(
  asked: Asked,
  kind: ReportKind,
  env: Readonly<Record<string, string | undefined>> = {},
): FormatName {
  const { output, json } = asked;
  if (json === true && output !== undefined && output !== 'json') {
    throw new UsageError(`--json and --output ${output} contradict each other.`, { hint: 'Give one of them.' });
  }
  const formats = formatsOf(kind);
  const wanted = json === true ? 'json' : output;
  const format = formats.find((candidate) => candidate === (wanted ?? env[OUTPUT_VARIABLE]));
  if (format !== undefined) return format;
  if (wanted === undefined && formats[0] !== undefined) return formats[0];
  throw new UsageError(`There is no output format ${JSON.stringify(wanted)} here.`, {
    hint: `The formats are ${formats.join(', ')}.`,
  });
}

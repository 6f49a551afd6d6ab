import { boolean, string } from '@oclif/core/flags';
import type { FlagInput } from '@oclif/core/interfaces';
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
      description: `form of the output, ${formats[0]} unless given`,
    }),
    json: boolean({ description: 'the same as -o json' }),
    ...(formats.some(hasColors) && {
      color: boolean({ allowNo: true, description: 'colours, or none; on a terminal, unless NO_COLOR is set' }),
    }),
  };
}

/** The formats of a command in its usage: `-o table|json`. */
export function outputUsage(...kinds: readonly ReportKind[]): string {
  return `-o ${formatsOf(...kinds).join('|')}`;
}

/**
 * The format that the caller asked for, seen from the raw arguments: when they could not be parsed, the error must still
 * have the form that a program expects. The environment's counts where reports have it.
 */
export function wantedFormat(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  flags: FlagInput = {},
): string | undefined {
  const end = argv.indexOf('--');
  const given = end < 0 ? argv : argv.slice(0, end);
  if (given.includes('--json')) return 'json';
  const output = given.flatMap((flag, index) => outputValue(flag, given[index + 1])).at(-1);
  if (output !== undefined) return output;
  const usual = env[OUTPUT_VARIABLE];
  return usual !== undefined && isOffered(usual, flags) ? usual : undefined;
}

/** Whether a command has a format, by the flag that `outputFlags` made; before there is a command any will do. */
function isOffered(format: string, { output }: FlagInput): boolean {
  if (output?.type !== 'option') return true;
  return [output.helpValue ?? []].flat().some((formats) => formats.split('|').includes(format));
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

import { escapeJson, escapeText } from './escape.ts';
import { type ReportOptions, styleOf, symbol } from './style.ts';
import { clip, indent, wrap } from './wrap.ts';

/** A variable of our environment that stood for a flag. */
export interface Setting {
  readonly name: string;
  /** The flag that would have said the same. */
  readonly flag: string;
  readonly value: string;
}

/** A program that was run from elsewhere than where a system keeps its tools. */
export interface ForeignTool {
  readonly name: string;
  readonly path: string;
}

/** What the environment of istio-nat, which the author of a pod may have chosen, had a part in. */
export interface FromEnvironment {
  readonly variables: readonly Setting[];
  readonly tools: readonly ForeignTool[];
}

const LONGEST_VALUE = 200;

/** Flags that make a failing check pass. */
const DECIDING: ReadonlySet<string> = new Set(['--fail-on', '--suppress']);

/** One sentence for each variable and each tool. */
export function environmentSentences({ variables, tools }: FromEnvironment): string[] {
  return [
    ...variables.map(({ name, flag, value }) => {
      const effect = DECIDING.has(flag) ? ', which decides what the exit code says' : '';
      return `${flag} ${value === '' ? '""' : clip(value, LONGEST_VALUE)} comes from ${name} in the environment${effect}.`;
    }),
    ...tools.map(
      ({ name, path }) =>
        `${name} was run from ${clip(path, LONGEST_VALUE)}, because PATH says so: that is not one of the system's directories.`,
    ),
  ];
}

/** The JSON document of a report, with what the environment had a part in; without any as it was. */
export function withEnvironmentJson(document: string, from: FromEnvironment): string {
  if (isNothing(from)) return document;
  // The document may hold tens of thousands of sockets, which nobody wants to read and print once more.
  const field = escapeJson(JSON.stringify({ environment: from }, null, 2)).slice('{'.length);
  return document.replace(/\n}\n$/, () => `,${field}\n`);
}

/** The table of a report, with a section after its first one: on whose word a verdict rests belongs with it. */
export function withEnvironmentTable(table: string, from: FromEnvironment, options: ReportOptions): string {
  if (isNothing(from)) return table;
  const { chalk, width } = styleOf(options);
  const lines = environmentSentences(from).flatMap((sentence) =>
    wrap(escapeText(sentence), width - 4).map(
      (line, index) => `${index === 0 ? symbol('warning', chalk) : ' '} ${line}`,
    ),
  );
  const section = [chalk.bold('From the environment'), ...indent(lines, 2)].join('\n');
  const [head, ...others] = table.trimEnd().split('\n\n');
  return `${[head, section, ...others].join('\n\n')}\n`;
}

function isNothing({ variables, tools }: FromEnvironment): boolean {
  return variables.length === 0 && tools.length === 0;
}

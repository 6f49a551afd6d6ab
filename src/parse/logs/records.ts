import { linesOf } from '../lines.ts';

/** How a program itself rates what it logs. */
export type Level = 'debug' | 'info' | 'warn' | 'error';

/** A line that a program logged. */
export interface LogRecord {
  /** 1-based, of the text. */
  readonly number: number;
  /** Null where the line does not say. */
  readonly level: Level | null;
  /** Without colour codes; whatever else stands in front of a line is still there. */
  readonly text: string;
}

/** Longest part of a line that is looked at: a rule is shorter, and so is what a tool says of one. */
const LONGEST = 4000;
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/**
 * The lines of a log, those that were put into one as `\n` on their own. A text that is no log is one as well, whose lines
 * have no level.
 */
export function* recordsOf(text: string): Generator<LogRecord> {
  for (const line of linesOf(text)) {
    const plain = line.text.slice(0, LONGEST * 10).replaceAll(COLOURS, '');
    const { level, said } = levelled(plain);
    for (const part of said.split(/\\n|\n|\r/)) {
      if (part.trim() !== '') yield { number: line.number, level, text: part.slice(0, LONGEST) };
    }
  }
}

/** Istio's logger: time, level, and perhaps a scope, between tabs or blanks. */
const OF_ISTIO = /(?:^|\s)\d{4}-\d\d-\d\d[T ][\d:.,]+Z?\s+\[?(trace|debug|info|warn|warning|error|fatal|none)\b/i;
const OF_PAIRS = /(?:^|\s)level="?(trace|debug|info|warn|warning|error|fatal|panic)\b/i;

function levelled(line: string): { readonly level: Level | null; readonly said: string } {
  const json = /^[^{]*(\{.*\})\s*$/.exec(line)?.[1];
  const fields = json === undefined ? null : fieldsOf(json);
  if (fields !== null) return fields;
  const word = OF_ISTIO.exec(line)?.[1] ?? OF_PAIRS.exec(line)?.[1];
  return { level: word === undefined ? null : levelOf(word), said: line };
}

/** A record in JSON: of Istio's logger, or of a container runtime around such a line. */
function fieldsOf(json: string): ReturnType<typeof levelled> | null {
  const value = parsed(json);
  const text = (key: string) => (typeof value?.[key] === 'string' ? value[key] : undefined);
  const inner = text('log');
  if (inner !== undefined) return levelled(inner);
  const said = text('msg') ?? text('message');
  if (said === undefined) return null;
  const level = text('level');
  // What is not the message stands behind it: the error of a record, the pod that it is about.
  const rest = ['error', 'err', 'ns', 'name'].flatMap((key) => (text(key) === undefined ? [] : `${key}=${text(key)}`));
  return { level: level === undefined ? null : levelOf(level), said: [said, ...rest].join('\t') };
}

function parsed(json: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function levelOf(word: string): Level {
  switch (word.toLowerCase()) {
    case 'trace':
    case 'debug':
      return 'debug';
    case 'warn':
    case 'warning':
      return 'warn';
    case 'error':
    case 'fatal':
    case 'panic':
      return 'error';
    default:
      return 'info';
  }
}

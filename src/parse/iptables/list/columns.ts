import type { Counters } from '../../../model/ruleset.ts';

/** Which columns a listing has. */
export interface Columns {
  /** `--line-numbers`. */
  readonly numbers: boolean;
  /** `-v`: counters and interfaces. */
  readonly verbose: boolean;
  /** The number that the next row has with `--line-numbers`. */
  next: number;
}

/** The fields of one row as they stand; `extra` is everything after the destination. */
export interface Row {
  readonly counters?: Counters;
  readonly target: string | null;
  readonly protocol: string;
  readonly fragment: string | null;
  readonly inInterface?: string;
  readonly outInterface?: string;
  readonly source: string;
  readonly destination: string;
  readonly extra: string;
  /** Whether the interfaces stand as far apart as iptables prints them; undefined where they are not shown. */
  readonly isAligned?: boolean;
}

/** The columns that a header line announces (`num pkts bytes target prot opt in out source destination`), or null. */
export function readColumns(line: string): Columns | null {
  const words = line.trim().split(/\s+/, 12);
  const at = words.indexOf('target');
  if (at < 0 || words[at + 1] !== 'prot' || !words.includes('source') || !words.includes('destination')) return null;
  return { numbers: words[0] === 'num', verbose: words.includes('pkts'), next: 1 };
}

const OPTION_COLUMN: ReadonlySet<string> = new Set(['--', '-f', '!f', '!-']);
const ROUNDED: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };

/** The fields of a row, or null when the line does not look like one. */
export function readRow(line: string, columns: Columns): Row | null {
  const words = firstWords(line, 14);
  let at = columns.numbers ? 1 : 0;
  if (columns.numbers && !/^[0-9]+$/.test(words[0]?.text ?? '')) return null;
  const counters = columns.verbose ? readCounters(words[at]?.text, words[at + 1]?.text) : undefined;
  if (counters === null) return null;
  if (columns.verbose) at += 2;
  const shape = readShape(
    words.slice(at).map((word) => word.text),
    columns.verbose,
  );
  if (shape === null) return null;
  const last = words[at + shape.length - 1];
  const interfaces = words.slice(at + shape.length - 4, at + shape.length - 1);
  return {
    ...shape.row,
    ...(columns.verbose ? { isAligned: isAligned(interfaces) } : {}),
    ...(counters === undefined ? {} : { counters }),
    extra: line.slice(last?.end ?? line.length).trim(),
  };
}

/** Columns of the interfaces (`%-6s %-6s  `, print_rule of iptables.c), which longer names widen, and of the source behind. */
function isAligned([inAt, outAt, sourceAt]: readonly Word[]): boolean {
  if (inAt === undefined || outAt === undefined || sourceAt === undefined) return false;
  const start = ({ text, end }: Word) => end - text.length;
  const [first, second] = [start(outAt) - start(inAt), start(sourceAt) - start(outAt)];
  return first === Math.max(7, inAt.text.length + 1) && second === Math.max(8, outAt.text.length + 2);
}

interface Word {
  readonly text: string;
  /** Column behind it. */
  readonly end: number;
}

function firstWords(line: string, count: number): Word[] {
  const words: Word[] = [];
  for (const match of line.matchAll(/\S+/g)) {
    words.push({ text: match[0], end: match.index + match[0].length });
    if (words.length === count) break;
  }
  return words;
}

/** Without `-x` large counters are rounded: `12K` is 12000. */
function readCounters(packets: string | undefined, bytes: string | undefined): Counters | null {
  const [p, b] = [readCount(packets ?? ''), readCount(bytes ?? '')];
  return p === null || b === null ? null : { packets: p, bytes: b };
}

function readCount(text: string): number | null {
  const match = /^([0-9]{1,20})([KMGTP]?)$/.exec(text);
  return match === null ? null : Number(match[1]) * (ROUNDED[match[2] ?? ''] ?? 1);
}

type Shape = { readonly row: Omit<Row, 'counters' | 'extra'>; readonly length: number };

/** A rule without target leaves its column empty, and ip6tables before 1.8.9 the one of the options: find out which. With addresses of IPv4 there is one. */
function readShape(words: readonly string[], verbose: boolean): Shape | null {
  const interfaces = verbose ? 2 : 0;
  const option = OPTION_COLUMN.has(words[1] ?? '') ? 1 : OPTION_COLUMN.has(words[2] ?? '') ? 2 : -1;
  const source = option >= 0 ? option + 1 + interfaces : firstAddress(words, interfaces);
  const protocolAt = option >= 0 ? option - 1 : source - interfaces - 1;
  const destination = words[source + 1];
  if (option < 0 && /^!?\d+\./.test(words[source] ?? '')) return null;
  if (source < 0 || destination === undefined || protocolAt < 0 || protocolAt > 1) return null;
  return {
    row: {
      target: protocolAt === 1 ? (words[0] ?? null) : null,
      protocol: words[protocolAt] ?? '',
      fragment: option >= 0 ? (words[option] ?? null) : null,
      ...(verbose ? { inInterface: words[source - 2] ?? '', outInterface: words[source - 1] ?? '' } : {}),
      source: words[source] ?? '',
      destination,
    },
    length: source + 2,
  };
}

/** Where two addresses stand side by side, when no option column tells. */
function firstAddress(words: readonly string[], interfaces: number): number {
  for (const at of [1 + interfaces, 2 + interfaces]) {
    if (isAddress(words[at]) && isAddress(words[at + 1])) return at;
  }
  return -1;
}

function isAddress(word: string | undefined): boolean {
  return (
    word !== undefined &&
    (word === 'anywhere' || /^!?(?:[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?:\/[0-9a-fA-F:.]+)?$/.test(word))
  );
}

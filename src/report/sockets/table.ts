import type { SocketEntry, SocketsAnswer } from '../../sockets/report.ts';
import { escapeText } from '../escape.ts';
import { type ReportOptions, type Style, styleOf, symbol } from '../style.ts';
import { clip, indent, labelled, wrap } from '../wrap.ts';
import { type SocketGroup, socketGroups } from './group.ts';
import { selectedSockets } from './json.ts';
import { bothEnds, connectionEnds, KIND_WORDS, ownerWords, reasonOf, rulesWords } from './words.ts';

/** Nobody reads more groups in one section than this. */
const MOST_GROUPS = 20;
const LONGEST_NAME = 60;
const LONGEST_REASON = 600;

interface Answer {
  readonly report: SocketsAnswer;
  /** What could not be read. */
  readonly notes?: readonly string[];
}

/** The report of `sockets` for people: a sentence, then what goes around the proxy, through it, and who listens. */
export function socketsTable({ report, notes = [] }: Answer, options: ReportOptions): string {
  const style = styleOf(options);
  const entries = selectedSockets(report, options);
  const sections = [
    headLines(report, markOf(report, notes.length === 0), style),
    rulesLines(report, style),
    ...SECTIONS.map(({ title, has }) => sectionLines(title, entries.filter(has), options, style)),
    options.all ? [] : restLines(entries, style),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

type Mark = Parameters<typeof symbol>[0];

function headLines(report: SocketsAnswer, outcome: Mark, style: Style): string[] {
  const mark = symbol(outcome, style.chalk);
  const lines = wrap(escapeText(report.summary.sentence), style.width - 2);
  return lines.map((line, index) => `${index === 0 ? mark : ' '} ${style.chalk.bold(line)}`);
}

/** In the order of the exit codes: an error is a finding, then what cannot be told, and a pass only where all is well. */
function markOf({ summary, sockets, proxy, rules }: SocketsAnswer, complete: boolean): Mark {
  if (sockets.some(({ bypass }) => bypass === 'error')) return 'error';
  if (summary.counts.unknown !== undefined || !complete) return 'undetermined';
  const loops = summary.counts['proxy-loop'] !== undefined;
  const captured = !rules.readable || rules.capturing;
  return summary.bypassing > 0 || proxy === null || loops || !captured ? 'warning' : 'pass';
}

function rulesLines(report: SocketsAnswer, style: Style): string[] {
  const words = rulesWords(report);
  if (words === null) return [];
  const width = style.width - 2;
  const mark = symbol(report.rules.readable ? 'warning' : 'undetermined', style.chalk);
  const lines = labelled(`${mark} `, 2, wrap(escapeText(words), width));
  if (report.rules.readable) return lines;
  return [...lines, ...indent(labelled('To see them', 13, wrap(escapeText(report.rules.remedy), width - 13)), 2)];
}

interface Section {
  readonly title: string;
  readonly has: (entry: SocketEntry) => boolean;
}

const THROUGH: ReadonlySet<string> = new Set(['outbound-proxied', 'inbound-proxied']);
const AROUND: ReadonlySet<string> = new Set(['outbound-direct', 'inbound-direct']);
const isListener = ({ peer }: SocketEntry) => peer === undefined;

const SECTIONS: readonly Section[] = [
  { title: 'Around the proxy', has: ({ kind }) => AROUND.has(kind) },
  { title: "Under the proxy's own id", has: ({ kind, bypass }) => bypass !== undefined && !AROUND.has(kind) },
  { title: 'Cannot be told', has: ({ kind }) => kind === 'unknown' },
  { title: 'Back to the proxy', has: ({ kind }) => kind === 'proxy-loop' },
  { title: 'Through the proxy', has: ({ kind, bypass }) => THROUGH.has(kind) && bypass === undefined },
  { title: 'Listeners', has: (entry) => isListener(entry) && entry.bypass === undefined },
];

/** Kinds that have no section unless every socket is asked for. */
function isOther(entry: SocketEntry): boolean {
  return !SECTIONS.some(({ has }) => has(entry));
}

function sectionLines(title: string, entries: readonly SocketEntry[], { all }: ReportOptions, style: Style): string[] {
  if (entries.length === 0) return [];
  const groups = all ? entries.map((first) => ({ first, count: 1 })) : inOrder(socketGroups(entries));
  const shown = all ? groups : groups.slice(0, MOST_GROUPS);
  const rest = groups.slice(shown.length).reduce((sum, { count }) => sum + count, 0);
  return [
    style.chalk.bold(title),
    ...rows(shown, all === true).flatMap((row) => rowLines(row, style)),
    ...(rest > 0 ? [style.chalk.dim(`  … and ${rest} more: --all lists every socket`)] : []),
  ];
}

/** Listeners by port, connections by how many there are. */
function inOrder(groups: readonly SocketGroup[]): SocketGroup[] {
  const port = ({ first }: SocketGroup) => (isListener(first) ? first.localPort : 0);
  return groups.toSorted((a, b) => port(a) - port(b) || b.count - a.count);
}

interface Row {
  readonly line: string;
  readonly reason: string | null;
}

/** Columns as wide as their content. */
function rows(groups: readonly SocketGroup[], all: boolean): Row[] {
  const cells = groups.map(({ first, count }) => [
    count > 1 ? `${count} ×` : '',
    KIND_WORDS[first.kind],
    clip(escapeText(ownerWords(first)), LONGEST_NAME),
    clip(escapeText(all ? bothEnds(first) : connectionEnds(first)), 2 * LONGEST_NAME),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)));
  return groups.map(({ first }, index) => {
    const padded = (cells[index] ?? []).map((cell, column) =>
      column === 0 ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    const line = padded
      .filter((cell) => cell !== '')
      .join('  ')
      .trimEnd();
    return { line, reason: reasonOf(first) };
  });
}

function rowLines({ line, reason }: Row, { chalk, width }: Style): string[] {
  const why = reason === null ? [] : wrap(escapeText(clip(reason, LONGEST_REASON)), width - 6);
  return [`  ${line}`, ...why.map((text) => `      ${chalk.dim(text)}`)];
}

function restLines(entries: readonly SocketEntry[], style: Style): string[] {
  const counts = new Map<string, number>();
  for (const { kind } of entries.filter(isOther)) counts.set(KIND_WORDS[kind], (counts.get(KIND_WORDS[kind]) ?? 0) + 1);
  if (counts.size === 0) return [];
  const text = [...counts].map(([words, number]) => `${number} ${words}`).join(', ');
  return wrap(`Also: ${text}. --all lists them.`, style.width);
}

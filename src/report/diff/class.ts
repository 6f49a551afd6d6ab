import type { DiffCause, DiffDifference } from '../../diagnose/differences.ts';
import { packetsInWords } from '../../diagnose/traffic/words.ts';
import type { Verdict } from '../../model/packet.ts';
import type { QuotedRule } from '../../model/report.ts';
import type { TraceStep } from '../../model/trace.ts';
import { escapeText } from '../escape.ts';
import type { ReportOptions, Style } from '../style.ts';
import { traceTable } from '../trace/table.ts';
import { packetWords, place, verdictWords } from '../words.ts';
import { clip, indent, labelled, wrap } from '../wrap.ts';

/** Column where the text after a label starts. */
const COLUMN = 11;
/** A rule may quote a comment of 256 bytes and fifteen ports; what is longer is in the JSON report. */
const LONGEST_QUOTE = 600;

/** How the two sides and the ways in which a rule can be guilty are called. */
export interface Wording {
  readonly live: string;
  readonly expected: string;
  readonly cause: Readonly<Record<DiffCause['kind'], string>>;
}

/** A class of packets, and whether those of the other family fare the same. */
export interface ShownClass {
  readonly difference: DiffDifference;
  readonly cause: DiffCause | null;
  readonly bothFamilies: boolean;
}

/** The classes with those of IPv6 that are the same as ones of IPv4 joined to them. */
export function grouped(
  differences: readonly DiffDifference[],
  causes: readonly (DiffCause | null)[],
): readonly ShownClass[] {
  const classes = new Map<string, ShownClass>();
  for (const [i, difference] of differences.entries()) {
    const cause = causes[i] ?? null;
    const { hook, packets, live, expected, liveRule, expectedRule } = difference;
    const key = JSON.stringify([hook, packets, live, expected, liveRule?.text, expectedRule?.text, cause?.rule.text]);
    const known = classes.get(key);
    classes.set(key, known ? { ...known, bothFamilies: true } : { difference, cause, bothFamilies: false });
  }
  return [...classes.values()];
}

/** Which packets a class is of: `Inbound tcp traffic to port 8080 (IPv4 and IPv6)`. */
export function classTitle({ difference, bothFamilies }: Pick<ShownClass, 'difference' | 'bothFamilies'>): string {
  const family = bothFamilies ? 'ipv4' : difference.family;
  return `${packetsInWords({ ...difference, family })}${bothFamilies ? ' (IPv4 and IPv6)' : ''}`;
}

/** The lines about one class: which packets, one of them, its fate on both sides, and the rule that makes the difference. */
export function difference(
  { difference: shown, cause, bothFamilies }: ShownClass,
  number: number,
  words: Wording,
  style: Style,
  options: ReportOptions,
): string[] {
  const title = classTitle({ difference: shown, bothFamilies });
  const label = `${number}. `;
  const width = style.width - 2 - COLUMN;
  const body = [
    ...labelled('Such as', COLUMN, wrap(escapeText(packetWords(shown.witness)), width)),
    ...outcome(words.live, shown.live, shown.liveRule, style),
    ...outcome(words.expected, shown.expected, shown.expectedRule, style),
    ...onlyConnection(shown, width),
    ...(cause === null ? [] : blame(cause, words, style)),
    ...traceLines(shown, words, style, options),
  ];
  const heading = labelled(label, label.length, wrap(escapeText(title), style.width - label.length));
  return [...heading.map((line) => style.chalk.bold(line)), ...indent(body, 2)];
}

function outcome(label: string, verdict: Verdict, rule: QuotedRule | null, style: Style): string[] {
  const width = style.width - 2 - COLUMN;
  return labelled(label, COLUMN, [
    ...wrap(escapeText(verdictWords(verdict)), width),
    ...(rule === null ? ['no rule decides'] : quote(rule, width)).map((line) => style.chalk.dim(line)),
  ]);
}

/** Verdicts do not speak of the connection's mark, so where they are equal it is what differs. */
function onlyConnection({ live, expected }: DiffDifference, width: number): string[] {
  if (JSON.stringify(live) !== JSON.stringify(expected)) return [];
  return labelled('Differs', COLUMN, wrap('the mark of its connection, which later packets are told by', width));
}

function blame({ kind, rule }: DiffCause, words: Wording, style: Style): string[] {
  const width = style.width - 2 - COLUMN;
  return labelled('Because', COLUMN, [
    ...wrap(words.cause[kind], width),
    ...quote(rule, width).map((line) => style.chalk.cyan(line)),
  ]);
}

function quote(rule: QuotedRule, width: number): string[] {
  return wrap(escapeText(clip(`${place(rule)}: ${rule.text}`, LONGEST_QUOTE)), width);
}

/** The witness's way on both sides, rule by rule. */
function traceLines(
  { traces, ...shown }: DiffDifference,
  words: Wording,
  style: Style,
  options: ReportOptions,
): string[] {
  if (traces === undefined) return [];
  const width = style.width - 4;
  const trace = (title: string, verdict: Verdict, steps: readonly TraceStep[]) => [
    '',
    style.chalk.bold(`${title}, rule by rule`),
    ...indent(
      traceTable({ packet: shown.witness, verdict, steps }, { ...options, width })
        .trimEnd()
        .split('\n'),
      2,
    ),
  ];
  return [...trace(words.live, shown.live, traces.live), ...trace(words.expected, shown.expected, traces.expected)];
}

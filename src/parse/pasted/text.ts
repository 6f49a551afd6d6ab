import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Numbering } from '../lines.ts';
import { formOfIptables } from './forms/iptables.ts';
import { NFT } from './forms/nft.ts';
import { SOCKETS } from './forms/sockets.ts';
import type { Group } from './group.ts';
import type { PastedLine } from './line.ts';
import { rejoined } from './rejoin.ts';
import type { Section } from './sections.ts';
import type { Kind } from './starts.ts';
import { withoutTail } from './tails.ts';

/** Plain output of one tool, out of a text in which it was pasted. */
export interface PlainText {
  /** Null where nothing in the text looks like the output of a tool. */
  readonly kind: Kind | null;
  readonly text: string;
  /** The numbers that its lines have in the text that was saved; left out where they are their own. */
  readonly numbering?: Numbering;
  /** The words of the command that printed it, where the text shows it. */
  readonly command: readonly string[] | null;
  /** What is known to be missing. */
  readonly losses: readonly Diagnostic[];
}

/** The text of a group of sections. `last` is the number of the last line of all, if its end is not there. */
export function plainText({ kind, sections }: Group, source: string, last: number | null): PlainText {
  const lines = kind === null ? sections.flatMap((section) => section.lines) : wholeLines(kind, sections);
  const text = lines.map((line) => line.text.trimEnd()).join('\n');
  const numbering = lines.map(({ number }) => number);
  return {
    kind,
    text: lines.length === 0 || lines.at(-1)?.number === last ? text : `${text}\n`,
    ...(numbering.every((number, at) => number === at + 1) ? {} : { numbering }),
    command: sections.length === 1 ? (sections[0]?.command?.argv ?? null) : null,
    losses: [
      ...sections.flatMap(filtered),
      ...lines.flatMap(lost),
      ...lines.filter(isCutHeader).slice(0, 1).map(cut),
    ].map((loss) => ({ ...loss, source })),
  };
}

function wholeLines(kind: Kind, sections: readonly Section[]): readonly PastedLine[] {
  if (kind !== 'iptables' && kind !== 'nft') return ofOneCommand(kind, sections);
  const lines = dedented(withoutSeparators(sections.flatMap((section) => section.lines)));
  if (kind === 'nft') return rejoined(lines, NFT);
  const bare = lines.map((line) => {
    const text = withoutTail(line.text);
    return text === line.text ? line : { ...line, text };
  });
  return rejoined(bare, formOfIptables(bare));
}

/** What ss and ip print, from the first line that is theirs: the command and what is said before it are none of it. */
function ofOneCommand(kind: Kind, sections: readonly Section[]): readonly PastedLine[] {
  const lines = sections.flatMap(({ lines: all, command }) => (command === null ? all : all.slice(1)));
  const header = lines.findIndex(({ text }) => /\bRecv-Q\s*Send-Q\b|^\s*Active Internet connections /.test(text));
  const own = dedented(withoutSeparators(lines.slice(Math.max(0, header))));
  return kind === 'sockets' ? rejoined(own, SOCKETS) : own;
}

/** Without the blanks that stand in front of every line. */
function dedented(lines: readonly PastedLine[]): readonly PastedLine[] {
  const depths = lines.flatMap(({ text }) => (text === '' ? [] : [text.length - text.trimStart().length]));
  const depth = depths.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY);
  return depth === 0 || depths.length === 0 ? lines : lines.map((line) => ({ ...line, text: line.text.slice(depth) }));
}

const LEFT_OUT = 'grep left lines out here, and wrote "--" in their place';

/** Without the lines by which `grep -C` says that it left others out. */
function withoutSeparators(lines: readonly PastedLine[]): readonly PastedLine[] {
  if (!lines.some(({ text }) => text.trim() === '--')) return lines;
  return lines.map((line) => (line.text.trim() === '--' ? { ...line, text: '', lost: LEFT_OUT } : line));
}

type Loss = Omit<Diagnostic, 'source'>;

function lost({ number, text, lost: message }: PastedLine): Loss[] {
  return message === undefined ? [] : [{ line: number, column: 1, message, text, severity: 'error' }];
}

/** iptables -L pads its last heading to 20 columns, and what strips blanks strips all of them. */
const CUT_HEADER = /\btarget +prot opt .*\bdestination {1,8}$/;

function isCutHeader({ text }: PastedLine): boolean {
  return CUT_HEADER.test(text);
}

function cut({ number, text }: PastedLine): Loss {
  return {
    line: number,
    column: 1,
    message: 'the headings end early: something cut lines off at this column',
    text,
    severity: 'error',
  };
}

function filtered({ command, kind, lines }: Section): Loss[] {
  const [first] = lines;
  if (kind === null || first === undefined || command === null || command.filter === null) return [];
  const message = `what ${command.argv[0]} printed went through ${command.filter}, so lines of it may be missing`;
  return [{ line: first.number, column: 1, message, text: first.text, severity: 'error' }];
}

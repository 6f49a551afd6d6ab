import type { Line } from './diagnostics.ts';
import { readChainLine, readCommandLine, readCommit, readTableLine } from './dump.ts';
import { type Heading, readHeading } from './heading.ts';
import { readListChain, readListLine } from './list/index.ts';
import { skipLogPrefix } from './prefix.ts';
import { closeTable, type Reader } from './reader.ts';
import { decimalNumber } from './values.ts';

/** Reads every line of the text, each once, in order. */
export function readLines(reader: Reader): void {
  const { text } = reader;
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const next = newline < 0 ? text.length : newline + 1;
    number += 1;
    readLine(reader, { number, start, end: trimmedEnd(text, start, newline < 0 ? text.length : newline) });
    start = next;
  }
  reportSkipped(reader);
  closeTable(reader, {
    number,
    start: Math.max(0, text.lastIndexOf('\n', text.length - 2) + 1),
    end: trimmedEnd(text, 0, text.length),
  });
}

function trimmedEnd(text: string, start: number, from: number): number {
  let end = from;
  while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1;
  return end;
}

function readLine(reader: Reader, line: Line): void {
  const at = skipQuotation(reader.text, line);
  if (at >= line.end) return;
  if (readAt(reader, line, at) || readBehindPrefix(reader, line, at)) reportSkipped(reader);
  else skipLine(reader, line, at);
}

function readBehindPrefix(reader: Reader, line: Line, at: number): boolean {
  const behind = skipLogPrefix(reader.text, at, line.end);
  if (behind > at && behind < line.end && readAt(reader, line, behind)) return true;
  return readHeadingLine(reader, line, behind);
}

/** Blanks, and the `>` of a quoted mail. */
function skipQuotation(text: string, { start, end }: Line): number {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code > 32 && code !== 62 && code !== 0xfeff) break;
    at += 1;
  }
  return at;
}

/** Whether the text at `at` is part of a listing or a save; it has been read then. */
function readAt(reader: Reader, line: Line, at: number): boolean {
  switch (reader.text[at]) {
    case '-':
      return readCommandLine(reader, line, at);
    case '[':
      return readCounted(reader, line, at);
    case ':':
      return readChainLine(reader, line, at);
    case '*':
      return readTableLine(reader, line, at);
    case 'C':
      if (reader.text.startsWith('COMMIT', at) && line.end === at + 6) {
        readCommit(reader, line);
        return true;
      }
      return readListChain(reader, line, at) || readListLine(reader, line, at);
    default:
      return readListLine(reader, line, at);
  }
}

/** `[packets:bytes] -A …` */
function readCounted(reader: Reader, line: Line, at: number): boolean {
  const { text } = reader;
  const colon = digitsEnd(text, at + 1);
  const close = digitsEnd(text, colon + 1);
  if (text[colon] !== ':' || text[close] !== ']') return false;
  const packets = decimalNumber(text, at + 1, colon);
  const bytes = decimalNumber(text, colon + 1, close);
  const command = skipBlanks(text, close + 1);
  if (packets === null || bytes === null || command >= line.end || text[command] !== '-') return false;
  return readCommandLine(reader, line, command, { packets, bytes });
}

/** No 64-bit counter has more than 20 digits. */
function digitsEnd(text: string, from: number): number {
  let at = from;
  while (at < from + 21 && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at += 1;
  return at;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

function readHeadingLine(reader: Reader, line: Line, at: number): boolean {
  const heading = readHeading(reader.text.slice(at, line.end));
  // Inside a save only the next command ends the table: a comment that names one does not.
  if (heading === null || (reader.table?.open === true && !heading.command)) return false;
  if (heading.command || heading.table !== null) closeTable(reader, line);
  if (heading.command || heading.family !== null) reader.group += 1;
  reader.heading = heading.command ? heading : merge(reader.heading, heading);
  return true;
}

/** A family or a table alone leaves what a command said before. */
function merge(before: Heading | null, heading: Heading): Heading {
  if (before === null) return heading;
  return { ...before, family: heading.family ?? before.family, table: heading.table ?? before.table };
}

/** Comments mean nothing; any other text that is no rule is worth a note, one for each run of lines. */
function skipLine(reader: Reader, line: Line, at: number): void {
  if (reader.text[at] === '#') {
    if (reader.text.slice(at, line.end).includes('is incompatible, use')) {
      reader.diagnostics.add('note', 'a table of nftables that iptables cannot show; nft list ruleset shows it', line);
    }
    return;
  }
  if (reader.skipped === null) reader.skipped = { first: line, count: 1 };
  else reader.skipped.count += 1;
}

function reportSkipped(reader: Reader): void {
  if (reader.skipped === null) return;
  const { first, count } = reader.skipped;
  reader.skipped = null;
  const message =
    count === 1 ? 'this line is no rule and was skipped' : `${count} lines that are no rules were skipped`;
  reader.diagnostics.add('note', message, first);
}

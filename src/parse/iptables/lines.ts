import { INPUT_LIMITS } from '../../model/limits.ts';
import { LONG_LINE } from '../amounts.ts';
import { numberIn } from '../lines.ts';
import type { Line } from './diagnostics.ts';
import { readChainLine, readCommandLine, readCommit, readTableLine } from './dump.ts';
import { type Heading, readHeading } from './heading.ts';
import { readListChain, readListLine } from './list/index.ts';
import { closeTable, type Reader } from './reader.ts';
import { decimalNumber } from './values.ts';

/** Reads every line of the text, each once, in order. */
export function readLines(reader: Reader): void {
  const { text } = reader;
  const { numbering } = reader.options;
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const next = newline < 0 ? text.length : newline + 1;
    number += 1;
    reader.amounts.add('lines', number);
    const end = trimmedEnd(text, start, newline < 0 ? text.length : newline);
    readLine(reader, { number: numberIn(numbering, number), start, end });
    start = next;
  }
  markEnd(reader, number);
  reportSkipped(reader, true);
  closeTable(reader, {
    number: numberIn(numbering, number),
    start: Math.max(0, text.lastIndexOf('\n', text.length - 2) + 1),
    end: trimmedEnd(text, 0, text.length),
  });
}

/** A save says where it ends. A listing does not: it may have been cut off, unless something stands behind it. */
function markEnd({ table, skipped }: Reader, line: number): void {
  if (table !== null && table.form !== 'save' && skipped === null) table.openEnd = line;
}

function trimmedEnd(text: string, start: number, from: number): number {
  let end = from;
  while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1;
  return end;
}

function readLine(reader: Reader, line: Line): void {
  const at = indentationEnd(reader.text, line);
  if (at >= line.end) return;
  if (line.end - at > INPUT_LIMITS.lineBytes) {
    reader.diagnostics.add('error', LONG_LINE, line);
    return;
  }
  if (readAt(reader, line, at) || readHeadingLine(reader, line, at)) reportSkipped(reader);
  else skipLine(reader, line, at);
}

function indentationEnd(text: string, { start, end }: Line): number {
  let at = start;
  while (at < end && text.charCodeAt(at) <= 32) at += 1;
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
  reader.heading = heading.command ? asked(reader.heading, heading) : merge(reader.heading, heading);
  return true;
}

/** A save prints its first line for each table, behind the command that asked for it. */
function asked(before: Heading | null, heading: Heading): Heading {
  if (heading.ofAll !== null || before?.family !== heading.family) return heading;
  return { ...heading, ofAll: before.ofAll };
}

/** A family or a table alone does not undo what a command said before. */
function merge(before: Heading | null, heading: Heading): Heading {
  if (before === null) return heading;
  return { ...before, family: heading.family ?? before.family, table: heading.table ?? before.table };
}

/** What iptables-save writes itself, and the warnings of iptables-nft about tables of the other variant. */
const OWN_COMMENT = /^# (?:Generated by |Completed on |Warning: )/;
const UNPRINTED = /^# Table [`'"]?(\S+?)'? (?:is incompatible|contains incompatible base-chains), use/;

/**
 * Outside of tables comments mean nothing, and other text that is no rule is worth a note, one for each run of lines.
 * Between the head of a table and its COMMIT nothing may stand that its tool did not print: it may be the rest of a rule.
 */
function skipLine(reader: Reader, line: Line, at: number): void {
  const text = reader.text.slice(at, Math.min(line.end, at + LONGEST_COMMENT));
  const unprinted = UNPRINTED.exec(text)?.[1];
  if (unprinted !== undefined) reader.unprinted.push({ table: unprinted, line: line.number });
  if (unprinted !== undefined || OWN_COMMENT.test(text)) return;
  const { table } = reader;
  const isOpen = table?.open === true;
  if (!isOpen && text.startsWith('#') && !ELLIPSIS.test(text)) return;
  // The last line of a text that was cut off is what was left of a rule or of COMMIT, and is reported as such.
  if (isOpen && isLastLine(reader, line)) return;
  if (table !== null && ELLIPSIS.test(text)) table.unread.push(line);
  if (reader.skipped?.within === table) reader.skipped.count += 1;
  else {
    reportSkipped(reader);
    reader.skipped = { first: line, within: table, isOpen, count: 1 };
  }
}

function isLastLine({ text }: Reader, { end }: Line): boolean {
  return text.length - end < 3 && text.slice(end).trim() === '';
}

/** As much of a line as it takes to know a comment of iptables' own. */
const LONGEST_COMMENT = 200;

/** How people write that they left something out. */
const ELLIPSIS =
  /^[\s#[(<-]*(?:\.{3,}|…|(?:\.\s){2,}\.|snip\b|(?:\w+ )*(?:omitted|truncated|elided|skipped|snipped)\b)/i;

/** A prompt, which comes when a command is done. */
const PROMPT = /[$#%>❯]\s*$/;

/** Whether a line stands right behind a listing and is no prompt: it may be one more rule that was garbled. */
function touches({ text }: Reader, { start, end }: Line): boolean {
  const before = text.slice(text.lastIndexOf('\n', start - 2) + 1, start);
  return before.trim() !== '' && !PROMPT.test(text.slice(start, end));
}

/** `isLast`: the text is over. What stands behind a listing is not of it; between its lines, something was not read. */
function reportSkipped(reader: Reader, isLast = false): void {
  if (reader.skipped === null) return;
  const { first, within, isOpen, count } = reader.skipped;
  reader.skipped = null;
  if (isOpen) {
    const what = count === 1 ? 'this line is' : `this line and ${count - 1} after it are`;
    const message = `inside the table ${within?.name ?? ''}: ${what} no rule, chain or comment of iptables`;
    reader.diagnostics.add('error', message, first);
    return;
  }
  if (within !== null && within === reader.table && !isLast) within.unread.push(first);
  else if (within !== null && within.form !== 'save' && touches(reader, first)) within.openEnd = first.number;
  const message =
    count === 1 ? 'this line is not a rule and was skipped' : `${count} lines that are not rules were skipped`;
  reader.diagnostics.add('note', message, first);
}

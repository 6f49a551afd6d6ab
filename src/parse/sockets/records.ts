import { INPUT_LIMITS } from '../../model/limits.ts';
import { Amounts, LONG_LINE, TooMuch } from '../amounts.ts';
import { linesOf, type Numbering } from '../lines.ts';
import { type Head, isHeader, parseHead } from './head.ts';

/** One socket: its line, and the lines that belong to it. */
export interface SocketRecord {
  /** 1-based. */
  readonly line: number;
  readonly head: Head;
  /** The first line, spaces run together: what a finding quotes. */
  readonly text: string;
}

/** A line that belongs to no socket. */
export interface Stray {
  readonly line: number;
  readonly text: string;
}

/**
 * Lines as records. A record goes on in the next line when that one is indented (`-i`, `-m`), or when a process name
 * with a newline in it has torn the line apart: the name is at most 15 bytes, enough for a state and one address, but
 * never for both before the quotation mark that follows, so no process can make up a socket or hide its own.
 */
export function splitRecords(text: string, numbering?: Numbering): { records: SocketRecord[]; strays: Stray[] } {
  const records: SocketRecord[] = [];
  const strays: Stray[] = [];
  const amounts = new Amounts();
  for (const { number, text: line } of linesOf(text, numbering)) {
    amounts.add('lines', number);
    if (line.length > INPUT_LIMITS.lineBytes) throw new TooMuch(LONG_LINE, number);
    const head = parseHead(line);
    const last = records.at(-1);
    if (head !== null && !(isForged(head) && goesOn(last, line))) {
      amounts.add('sockets', number);
      records.push({ line: number, head, text: quoted(line) });
    } else if (last !== undefined && goesOn(last, line)) {
      records[records.length - 1] = withLine(last, line);
    } else if (!isHeader(line)) {
      // A process may be called `Recv-Q Send-Q`, so headers are what is left.
      strays.push({ line: number, text: line.slice(0, 500) });
    }
  }
  return { records, strays };
}

/** A process list longer than this was not torn apart by the newlines in names; the bound keeps hostile text cheap. */
const LONGEST_PROCESS_LIST = 10_000;

/** What `-i` and `-m` print of a socket on further lines is a tenth of that; what is beyond is dropped. */
const LONGEST_EXTENSION = 20_000;

function goesOn(last: SocketRecord | undefined, line: string): boolean {
  if (last === undefined) return false;
  if (/^\s/.test(line)) return true;
  const list = last.head.extension;
  if (list.length >= LONGEST_PROCESS_LIST || !list.includes('users:((')) return false;
  return line.includes('",pid=') || !/fd=\d+\)\)/.test(list);
}

function withLine(record: SocketRecord, line: string): SocketRecord {
  const { line: first, head, text } = record;
  if (head.extension.length > LONGEST_EXTENSION) return record;
  return { line: first, head: { ...head, extension: `${head.extension}\n${line}` }, text };
}

/** An address, the interface it may be bound to, and a port. Names of interfaces are at most 15 bytes without a colon. */
const ENDPOINT = /^(?:\*|\[?[0-9a-fA-F:.]{2,45}\]?)(?:%[^:\s]{1,15}\]?)?:(?:\d{1,5}|\*)$/;

/** Whether what looks like the columns of a socket is the end of a name and what ss prints behind it, a quotation mark first. */
function isForged({ local, peer }: Head): boolean {
  if (!local.includes('"') && !peer.includes('"')) return false;
  return !ENDPOINT.test(local) || !ENDPOINT.test(peer);
}

function quoted(line: string): string {
  return line.trim().replace(/\s\s+|[^\S ]/g, ' ');
}

import { INPUT_LIMITS } from '../../model/limits.ts';
import { Amounts, LONG_LINE, TooMuch } from '../amounts.ts';
import { linesOf, type Numbering } from '../lines.ts';
import { commandIn } from './command.ts';
import type { Extension } from './extension.ts';
import { type Head, isHeader, isWholeHeader, parseHead } from './head.ts';
import { isNetstatHeader, isOtherNetstat, isRemark, parseNetstatLine, titleStates } from './netstat.ts';

/** One socket: its line, and the lines that belong to it. */
export interface SocketRecord {
  /** 1-based. */
  readonly line: number;
  readonly head: Head;
  /** The first line, spaces run together: what a finding quotes. */
  readonly text: string;
  /** What netstat says of it beside its columns; ss says that in the extension. */
  readonly said?: Extension;
}

/** What one command printed, as far as the text shows where the next one begins. */
export interface Listing {
  /** The command, where the text or whoever gave it says so. */
  readonly command: readonly string[] | null;
  /** Its header, if it has one. */
  readonly header: string | null;
  /** Which states the title of netstat says were asked for. */
  readonly states?: 'all' | 'listening' | 'connected';
  readonly records: readonly SocketRecord[];
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
export function splitRecords(
  text: string,
  { command = null, numbering }: { readonly command?: readonly string[] | null; readonly numbering?: Numbering } = {},
): { listings: Listing[]; strays: Stray[] } {
  const strays: Stray[] = [];
  const amounts = new Amounts();
  const listings = new Listings(command);
  for (const { number, text: line } of linesOf(text, numbering)) {
    amounts.add('lines', number);
    if (line.length > INPUT_LIMITS.lineBytes) throw new TooMuch(LONG_LINE, number);
    if (isRemark(line)) continue;
    const record = recordOf(line, number);
    const last = listings.last;
    if (record !== null && !(isForged(record.head) && goesOn(last, line))) {
      amounts.add('sockets', number);
      listings.add(record);
    } else if (last !== undefined && goesOn(last, line)) {
      listings.replaceLast(withLine(last, line));
    } else if (!listings.begins(line) && !isHeader(line) && !isOtherNetstat(line)) {
      // A process may be called `Recv-Q Send-Q`, so headers are what is left.
      strays.push({ line: number, text: line.slice(0, 500) });
    }
  }
  return { listings: listings.all, strays };
}

function recordOf(line: string, number: number): SocketRecord | null {
  const head = parseHead(line);
  if (head !== null) return { line: number, head, text: quoted(line) };
  const listed = parseNetstatLine(line);
  return listed === null ? null : { line: number, text: quoted(line), ...listed };
}

type Draft = { -readonly [Field in keyof Listing]: Listing[Field] } & { records: SocketRecord[] };

/** Listings, one after the other: each begins with its command, its title or its header, as far as these are there. */
class Listings {
  readonly all: Draft[] = [];
  #current: Draft;
  /** Whether the current one is on the list: without a command it takes something of its own. */
  #isListed: boolean;

  constructor(command: readonly string[] | null) {
    this.#current = { command, header: null, records: [] };
    this.#isListed = command !== null;
    if (this.#isListed) this.all.push(this.#current);
  }

  get last(): SocketRecord | undefined {
    return this.#current.records.at(-1);
  }

  add(record: SocketRecord): void {
    this.#list();
    this.#current.records.push(record);
  }

  replaceLast(record: SocketRecord): void {
    this.#current.records[this.#current.records.length - 1] = record;
  }

  /** Whether a line is the beginning of a listing, which it then opens. */
  begins(line: string): boolean {
    const command = commandIn(line);
    const states = titleStates(line);
    if (command !== null) this.#open({ command, header: null, records: [] });
    else if (states !== null) this.#continue({ states });
    else if (isWholeHeader(line) || isNetstatHeader(line)) this.#continue({ header: line });
    else return false;
    return true;
  }

  #open(draft: Draft): void {
    this.#current = draft;
    this.#isListed = false;
    this.#list();
  }

  #list(): void {
    if (!this.#isListed) this.all.push(this.#current);
    this.#isListed = true;
  }

  /** What stands above a listing belongs to the command in front of it, if nothing else did yet. */
  #continue(part: Pick<Draft, 'header'> | Required<Pick<Draft, 'states'>>): void {
    const { header, records, states } = this.#current;
    const isFresh = header === null && records.length === 0 && !('states' in part && states !== undefined);
    if (!isFresh) this.#open({ command: null, header: null, records: [] });
    this.#list();
    Object.assign(this.#current, part);
  }
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
  const { head } = record;
  if (head.extension.length > LONGEST_EXTENSION) return record;
  return { ...record, head: { ...head, extension: `${head.extension}\n${line}` } };
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

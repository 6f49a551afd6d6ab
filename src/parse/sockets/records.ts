import { type Head, isHeader, parseHead } from './head.ts';

/** One socket: its line, and the lines that belong to it. */
export interface SocketRecord {
  /** 1-based. */
  readonly line: number;
  readonly head: Head;
  /** Everything behind the two addresses. */
  readonly extension: string;
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
 * with a newline in it has torn the line apart: the name is at most 15 bytes, too short to hold the columns of a socket,
 * so no process can make one up.
 */
export function splitRecords(text: string): { records: SocketRecord[]; strays: Stray[] } {
  const records: SocketRecord[] = [];
  const strays: Stray[] = [];
  for (const [position, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd();
    if (line === '' || isHeader(line)) continue;
    const parsed = parseHead(line);
    const last = records.at(-1);
    if (parsed !== null) {
      const { head, extension } = parsed;
      records.push({ line: position + 1, head, extension, text: quoted(line) });
    } else if (last !== undefined && goesOn(last, line)) {
      records[records.length - 1] = { ...last, extension: `${last.extension}\n${line}` };
    } else {
      strays.push({ line: position + 1, text: line });
    }
  }
  return { records, strays };
}

/** A process list longer than this was not torn apart by the newlines in names; the bound keeps hostile text cheap. */
const LONGEST_PROCESS_LIST = 10_000;

function goesOn(record: SocketRecord, line: string): boolean {
  if (/^\s/.test(line)) return true;
  const list = record.extension;
  return list.length < LONGEST_PROCESS_LIST && list.includes('users:((') && !/fd=\d+\)\)/.test(list);
}

function quoted(line: string): string {
  return line.trim().replace(/\s\s+|[^\S ]/g, ' ');
}

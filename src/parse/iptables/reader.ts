import type { Family } from '../../model/family.ts';
import type { Backend } from '../../model/ruleset.ts';
import { Amounts } from '../amounts.ts';
import type { Numbering } from '../lines.ts';
import { noShared } from './base.ts';
import { Cursor } from './cursor.ts';
import { Diagnostics, type Line } from './diagnostics.ts';
import type { DraftTable, Form } from './draft-table.ts';
import type { Heading } from './heading.ts';
import type { Columns } from './list/columns.ts';

/** What the caller knows about a text. */
export interface ParseOptions {
  /** File name, `stdin`, or the command whose output it is. */
  readonly source: string;
  /** Wins over everything that the text says. */
  readonly family?: Family;
  readonly backend?: Backend;
  /** The numbers by which its lines are called; their own without it. */
  readonly numbering?: Numbering;
}

/** A table that iptables-nft could not print, or only in part, as it says itself. */
export interface Unprinted {
  readonly table: string;
  /** 1-based. */
  readonly line: number;
}

/** A text on its way through the parser: what was read so far, and what the next line belongs to. */
export interface Reader {
  readonly text: string;
  readonly options: ParseOptions;
  readonly diagnostics: Diagnostics;
  readonly amounts: Amounts;
  readonly cursor: Cursor;
  readonly tables: DraftTable[];
  /** The table whose rules may follow; null between tables. */
  table: DraftTable | null;
  heading: Heading | null;
  group: number;
  /** Of the `-L` form: the chain whose rows follow, and what their columns are. */
  listChain: string | null;
  columns: Columns | null;
  /** A run of lines that are no rules: its first line, how many, the table whose lines came before, and whether it had not ended. */
  skipped: { readonly first: Line; readonly within: DraftTable | null; readonly isOpen: boolean; count: number } | null;
  /** What the tool itself said of tables that it could not print, or not all of. */
  readonly unprinted: Unprinted[];
}

/** A reader at the beginning of a text. */
export function newReader(text: string, options: ParseOptions): Reader {
  return {
    text,
    options,
    diagnostics: new Diagnostics(text, options.source),
    amounts: new Amounts(),
    cursor: new Cursor(text, noShared()),
    tables: [],
    table: null,
    heading: null,
    group: 0,
    listChain: null,
    columns: null,
    skipped: null,
    unprinted: [],
  };
}

/** Begins a table; the one before it is over. */
export function openTable(reader: Reader, form: Form, name: string | null, line: Line): DraftTable {
  closeTable(reader, line);
  reader.amounts.add('tables', line.number);
  const { heading, options } = reader;
  const table: DraftTable = {
    form,
    name: name ?? (form === 'save' ? null : (heading?.table ?? null)),
    backend: options.backend ?? heading?.backend ?? null,
    family: options.family ?? heading?.family ?? null,
    group: reader.group,
    line,
    chains: new Map(),
    lastChain: null,
    restoreInput: false,
    ofAll: form === 'save' && heading?.ofAll === true,
    open: form === 'save',
    cut: null,
    unread: [],
    hidesInterfaces: null,
    aligned: null,
    moved: null,
    openEnd: null,
    named: null,
    amounts: reader.amounts,
  };
  // -S and -L show one table: a second one after the same heading is not the one that the heading names.
  if (form !== 'save' && heading !== null) reader.heading = { ...heading, table: null };
  reader.tables.push(table);
  reader.table = table;
  return table;
}

/** Ends the table, if one is open. A save that was not committed has been cut off. */
export function closeTable(reader: Reader, line: Line): void {
  const { table } = reader;
  if (table?.open === true) {
    const message = `the table ${table.name ?? ''} that begins at line ${table.line.number} has no COMMIT: the text was cut off`;
    reader.diagnostics.addStructural(message, line);
    table.cut = { line: line.number, midLine: !/\s/.test(reader.text.at(-1) ?? '') };
    table.open = false;
  }
  reader.table = null;
  reader.listChain = null;
  reader.columns = null;
}

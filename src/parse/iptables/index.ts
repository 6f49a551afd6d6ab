import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Coverage, Gap } from '../../model/pod.ts';
import type { Table } from '../../model/ruleset.ts';
import type { ShownTable } from '../../model/shown.ts';
import { TooMuch, tooMuch } from '../amounts.ts';
import type { Form } from './draft-table.ts';
import { type FinishedTable, finishTables } from './finish.ts';
import { endsOf, gapsOf } from './gaps.ts';
import { readLines } from './lines.ts';
import { coverageOf, mergeTables, shownTables } from './merge.ts';
import { newReader, type ParseOptions, type Reader, type Unprinted } from './reader.ts';

export type { Unprinted } from './reader.ts';

/** What a text from iptables holds. */
export interface ParsedIptables {
  readonly tables: Table[];
  readonly diagnostics: Diagnostic[];
  /** The forms that were met, each once: `iptables-save`, `-S`, `-L`. */
  readonly formats: Form[];
  readonly coverage: Coverage[];
  /** How each table was shown, and what of it was not. */
  readonly shown: ShownTable[];
  /** The tables that were handed to iptables-restore, whether or not the text shows what came of them. */
  readonly asked: Table[];
  /** A table of which nothing says whether it is IPv4's, as which it was read, or IPv6's; null: none. */
  readonly unsaidFamily: string | null;
  /** Where rules may be missing. */
  readonly gaps: Gap[];
  /** Where rules may have been cut off, for all that a listing says of its end. */
  readonly ends: Gap[];
  /** What the text says that it does not show. */
  readonly unprinted: readonly Unprinted[];
  /** Whether the rules that stand for what was not understood, and the gaps, are all that the errors leave open. */
  readonly located: boolean;
  /** Why nothing of the text was taken: it has more of something than is read. */
  readonly refused?: Diagnostic;
}

/**
 * Reads the output of iptables in any of its forms, also several of them one after another, with prompts, logs and other text between
 * them. Never throws: what cannot be read becomes a diagnostic, and a rule that is not understood stays as one that may do anything.
 */
export function parseIptables(text: string, options: ParseOptions): ParsedIptables {
  const reader = newReader(text, options);
  try {
    return read(reader);
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    return nothing(tooMuch(error, options.source));
  }
}

function nothing(refused: Diagnostic): ParsedIptables {
  return {
    tables: [],
    diagnostics: [refused],
    formats: [],
    coverage: [],
    shown: [],
    asked: [],
    unsaidFamily: null,
    gaps: [],
    ends: [],
    unprinted: [],
    located: false,
    refused,
  };
}

function read(reader: Reader): ParsedIptables {
  readLines(reader);
  const all = finishTables(reader);
  const finished = mergeTables(reader, all);
  return {
    tables: finished.map(({ table }) => table),
    diagnostics: reader.diagnostics.list.toSorted((left, right) => left.line - right.line),
    formats: [...new Set(finished.map(({ form }) => form))],
    coverage: coverageOf(finished),
    shown: shownTables(reader, finished),
    asked: all.filter(({ draft }) => draft.restoreInput).map(({ table }) => table),
    unsaidFamily: finished.find(isUnclear)?.table.name ?? null,
    gaps: gapsOf(reader, finished),
    ends: endsOf(reader, finished),
    unprinted: reader.unprinted,
    located: reader.diagnostics.located,
  };
}

/** An empty table is of no matter, whichever family it is of. */
function isUnclear({ isFamilyAssumed, table }: FinishedTable): boolean {
  return isFamilyAssumed && table.chains.some(({ rules }) => rules.length > 0);
}

import type { Diagnostic } from '../../model/diagnostic.ts';
import { FAMILIES } from '../../model/family.ts';
import type { Table } from '../../model/ruleset.ts';
import type { ShownTable } from '../../model/shown.ts';
import { TooMuch, tooMuch } from '../amounts.ts';
import type { Numbering } from '../lines.ts';
import { type ChainElsewhere, chainsElsewhere } from './build/elsewhere.ts';
import { tableFamilyOf } from './build/hooks.ts';
import { buildTable } from './build/table.ts';
import { parseJsonListing } from './json/tables.ts';
import { lacksOf } from './lacks.ts';
import { mergeTables } from './merge.ts';
import { createReporter, type Reporter } from './reporter.ts';
import type { ListedTable } from './syntax.ts';
import { parseTextListing } from './text/tables.ts';

export type { ChainElsewhere } from './build/elsewhere.ts';

/** What a table consists of, in nft's words. */
export interface TableOutline extends Pick<ListedTable, 'family' | 'name' | 'dormant'> {
  readonly chains: readonly { readonly name: string; readonly rules: number }[];
}

/** What a listing of nft says. */
export interface NftListing {
  readonly tables: Table[];
  /** The tables as they stand in the text, one after the other. */
  readonly outline: TableOutline[];
  /** How each table was shown, and what of it was not. */
  readonly shown: ShownTable[];
  /** Base chains on hooks that are not followed here. */
  readonly elsewhere: ChainElsewhere[];
  readonly diagnostics: Diagnostic[];
  readonly format: 'nft' | 'nft-json';
  /** Why nothing of the text was taken: it has more of something than is read. */
  readonly refused?: Diagnostic;
}

/** What the caller knows about a listing. */
export interface NftOptions {
  /** File name, `stdin`, or the command whose output it is. */
  readonly source: string;
  /** The numbers by which its lines are called; their own without it. */
  readonly numbering?: Numbering;
  /** Whether a table whose JSON leaves that unclear is switched off; undefined where nobody knows. */
  readonly isDormant?: (table: { readonly family: string; readonly name: string }) => boolean | undefined;
}

/**
 * Reads `nft list ruleset` (also with -a, -n, -s; also one table or chain of it) or `nft -j list ruleset`, several of
 * them one after the other, with warnings and shell output between them. Never throws.
 *
 * What nft leaves out of its text the model says in its own words: `tcp dport != 15008` becomes a `tcp` match with an
 * inverted port, which also demands tcp; `ip daddr != 127.0.0.1` an inverted `destination` with an IPv4 network, which
 * packets of the other family fail; `meta nfproto ipv4` (and the family implied by a range of addresses, a header field
 * that stays opaque, or a target of one family) a `source` of 0.0.0.0/0; `meta l4proto { tcp, udp }` a `multiport` over
 * all ports with the other protocols that have ports inverted. Owner matches fail for packets without a socket, and
 * tproxy does not end the chain: both follow from `backend: 'nftables'`.
 *
 * Tables that iptables-nft made come back with `backend: 'iptables-nft'` and a note, because nft shows only what
 * libxtables translates; what is hidden there is kept as `unknown`.
 *
 * Lines of JSON rules are those on which their object begins.
 */
export function parseNft(text: string, options: NftOptions): NftListing {
  const report = createReporter(options.source, options.numbering);
  const format = looksLikeJson(text) ? 'nft-json' : 'nft';
  try {
    const read = readListing(text, format, { ...options, report });
    return { ...read, diagnostics: [...report.diagnostics], format };
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    const refused = tooMuch(error, options.source);
    return { tables: [], outline: [], shown: [], elsewhere: [], diagnostics: [refused], format, refused };
  }
}

type Read = Pick<NftListing, 'tables' | 'outline' | 'shown' | 'elsewhere'>;

function readListing(
  text: string,
  format: NftListing['format'],
  { report, ...options }: NftOptions & { readonly report: Reporter },
): Read {
  const listed = format === 'nft-json' ? parseJsonListing(text, report) : parseTextListing(text, report);
  const merged = mergeTables(listed, report).map((table) => withDormancy(table, options));
  return {
    tables: merged.flatMap((table) => buildTable(table, report) ?? []),
    outline: listed.map(outlineOf),
    shown: merged.flatMap((table) => shownTables(table, report.source)),
    elsewhere: merged.flatMap(chainsElsewhere),
  };
}

function shownTables(listed: ListedTable, source: string): ShownTable[] {
  const family = tableFamilyOf(listed.family);
  if (family === null) return [];
  const { name: table, line } = listed;
  const lacks = lacksOf(listed);
  return (family === 'inet' ? FAMILIES : [family]).map((one) => ({
    family: one,
    table,
    form: 'nft',
    source,
    line,
    lacks,
  }));
}

function outlineOf({ family, name, dormant, chains }: ListedTable): TableOutline {
  return { family, name, dormant, chains: chains.map((chain) => ({ name: chain.name, rules: chain.rules.length })) };
}

function withDormancy(table: ListedTable, { isDormant }: NftOptions): ListedTable {
  const known = table.dormant === 'unclear' ? isDormant?.(table) : undefined;
  return known === undefined ? table : { ...table, dormant: known ? 'yes' : 'no' };
}

/** JSON if a line begins with a brace before any line begins with the word `table`. */
function looksLikeJson(text: string): boolean {
  return /^[ \t]*(?:\{|table\b)/m.exec(text)?.[0].trim() === '{';
}

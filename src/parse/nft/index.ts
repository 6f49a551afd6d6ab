import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Table } from '../../model/ruleset.ts';
import { buildTable } from './build/table.ts';
import { parseJsonListing } from './json/tables.ts';
import { mergeTables } from './merge.ts';
import { createReporter } from './reporter.ts';
import { parseTextListing } from './text/tables.ts';

/** What a listing of nft says. */
export interface NftListing {
  readonly tables: Table[];
  readonly diagnostics: Diagnostic[];
  readonly format: 'nft' | 'nft-json';
}

/**
 * Reads `nft list ruleset` (also with -a, -n, -s; also one table or chain of it) or `nft -j list ruleset`, several of
 * them one after the other, with warnings and shell output between them. Never throws.
 *
 * What nft leaves out of its text the model says in its own words: `tcp dport != 15008` becomes a `tcp` match with an
 * inverted port, which also demands tcp; `ip daddr != 127.0.0.1` an inverted `destination` with an IPv4 network, which
 * packets of the other family fail; `meta nfproto ipv4` (and the family behind a range of addresses, a header field
 * that stays opaque, or a target of one family) a `source` of 0.0.0.0/0; `meta l4proto { tcp, udp }` a `multiport` over
 * all ports with the other protocols that have ports inverted. Owner matches fail for packets without a socket, and
 * tproxy does not end the chain: both follow from `backend: 'nftables'`.
 *
 * Tables that iptables-nft made come back with `backend: 'iptables-nft'` and a note, because nft shows only what
 * libxtables translates; what is hidden there is kept as `unknown`.
 *
 * Lines of JSON rules are those on which their object begins.
 */
export function parseNft(text: string, options: { readonly source: string }): NftListing {
  const report = createReporter(options.source);
  const format = looksLikeJson(text) ? 'nft-json' : 'nft';
  const listed = format === 'nft-json' ? parseJsonListing(text, report) : parseTextListing(text, report);
  const tables = mergeTables(listed, report).map((table) => buildTable(table, report));
  return { tables: tables.filter((table) => table !== null), diagnostics: [...report.diagnostics], format };
}

/** JSON if a line begins with a brace before any line begins with the word `table`. */
function looksLikeJson(text: string): boolean {
  return /^[ \t]*(?:\{|table\b)/m.exec(text)?.[0].trim() === '{';
}

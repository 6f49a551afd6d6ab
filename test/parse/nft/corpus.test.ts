import { describe, expect, it } from 'vitest';
import type { Table } from '../../../src/model/ruleset.ts';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { printNft } from '../../../src/print/nft/index.ts';
import { comparable, corpusRecordings, hasCorpus, tablesOf } from './recordings.ts';

const native = (tables: readonly Table[]): Table[] => tables.filter(({ backend }) => backend === 'nftables');

const recordings = corpusRecordings();

describe.skipIf(!hasCorpus)('recorded nft listings', () => {
  it('are there', () => {
    expect(recordings.length).toBeGreaterThanOrEqual(139);
  });

  it.each(recordings)('$id: nothing is lost, and Istio’s own tables are understood', ({ id, text, json }) => {
    for (const listing of [text, json]) {
      const { tables, diagnostics } = parseNft(listing, { source: id });
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      const rules = native(tables).flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
      const parts = rules.flatMap(({ matches, targets }) => [...matches, ...targets]);
      expect(parts.filter(({ kind }) => kind === 'unknown' || kind === 'opaque')).toEqual([]);
    }
  });

  it.each(recordings)('$id: text and JSON give the same model', ({ text, json }) => {
    expect(comparable(native(tablesOf(json)), 'text')).toEqual(comparable(native(tablesOf(text)), 'text'));
  });

  it.each(recordings)('$id: what is printed parses to the same model', ({ text }) => {
    const tables = native(tablesOf(text));
    expect(comparable(tablesOf(printNft(tables)))).toEqual(comparable(tables));
  });

  it.each(recordings.filter(({ text }) => isPrintable(text)))('$id: is printed as nft printed it', ({ text }) => {
    expect(printNft(tablesOf(text))).toBe(text);
  });
});

/** Tables of iptables-nft are not nft's own. */
function isPrintable(text: string): boolean {
  return tablesOf(text).every(({ backend }) => backend === 'nftables');
}

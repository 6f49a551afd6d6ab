import { describe, expect, it } from 'vitest';
import { buildLayout } from '../../src/layout/index.ts';
import type { Rule, Ruleset, Table } from '../../src/model/ruleset.ts';
import { parseNft } from '../../src/parse/nft/index.ts';
import { printNft } from '../../src/print/nft/index.ts';
import {
  haveRecordings,
  KUBELET,
  type Recording,
  recordedGroups,
  recordedReleases,
  recordings,
  withoutElements,
} from './recordings.ts';

/** What a rule is, without where it was read: named sets by their names. */
function essence({ matches, written, targets, counters }: Rule) {
  return { matches: written ?? matches, targets, counters };
}

/** Everything of the tables but the elements of the sets, which are the pods that run at the moment. */
function byTableAndChain(tables: readonly Table[]) {
  const sets = tables.map(({ name, sets: all }) => [name, all?.map((set) => ({ ...set, elements: [] }))] as const);
  const chains = tables.flatMap((table) =>
    table.chains.map((chain) => {
      const about = { backend: table.backend, family: table.family, base: chain.base };
      return [`${table.name} ${chain.name}`, { ...about, rules: chain.rules.map(essence) }] as const;
    }),
  );
  return { sets: Object.fromEntries(sets), chains: Object.fromEntries(chains) };
}

function built({ config }: Recording, kind: string): Ruleset {
  return buildLayout(config, { resolveGroup: recordedGroups(kind), kubeletUid: KUBELET });
}

describe.skipIf(!haveRecordings).each(['sidecar-nftables', 'ambient-nftables'])('%s as text', (kind) => {
  it.each(recordedReleases(kind))('%s: printed as nft printed it', (release) => {
    for (const recording of recordings(kind, release)) {
      const listing = withoutElements(recording.recorded['ruleset.nft'] ?? '').trim();
      expect(printNft(built(recording, kind).tables).trim(), recording.id).toBe(listing);
    }
  });
});

describe.skipIf(!haveRecordings).each([
  ['sidecar-nftables', 'ruleset.json'],
  ['sidecar-nftables', 'ruleset.nft'],
  ['ambient-nftables', 'ruleset.json'],
  ['ambient-nftables', 'ruleset.nft'],
])('%s, %s', (kind, form) => {
  it.each(recordedReleases(kind))('%s: every recorded layout', (release) => {
    for (const recording of recordings(kind, release)) {
      const { id, recorded } = recording;
      const listing = parseNft(recorded[form] ?? '', { source: id });
      expect(listing.diagnostics, id).toEqual([]);
      const expected = byTableAndChain(listing.tables);
      expect(byTableAndChain(built(recording, kind).tables), id).toEqual(expected);
    }
  });
});

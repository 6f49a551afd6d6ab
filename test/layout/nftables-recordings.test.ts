import { describe, expect, it } from 'vitest';
import { buildLayout } from '../../src/layout/index.ts';
import type { Rule, Ruleset, Table } from '../../src/model/ruleset.ts';
import { parseNft } from '../../src/parse/nft/index.ts';
import { printNft } from '../../src/print/nft/index.ts';
import { haveRecordings, type Recording, recordedGroups, recordedReleases, recordings } from './recordings.ts';

/** The kubelet's user on the machine where the node's rules were recorded. */
const KUBELET = 1000;

/**
 * What a rule is, without where it was read. On the node the addresses of the pods are in a named set, which a parser
 * may replace by its elements and a layout cannot know: only its presence is compared.
 */
function essence({ matches, targets, counters }: Rule, scope: Recording['config']['scope']) {
  const compared =
    scope === 'pod' ? matches : matches.filter(({ kind }) => kind !== 'destination' && kind !== 'opaque');
  return { matches: compared, count: matches.length, targets, counters };
}

function byTableAndChain(tables: readonly Table[], scope: Recording['config']['scope']) {
  const chains = tables.flatMap((table) =>
    table.chains.map((chain) => {
      const about = { backend: table.backend, family: table.family, base: chain.base };
      return [
        `${table.name} ${chain.name}`,
        { ...about, rules: chain.rules.map((rule) => essence(rule, scope)) },
      ] as const;
    }),
  );
  return Object.fromEntries(chains);
}

function built({ config }: Recording, kind: string): Ruleset {
  return buildLayout(config, { resolveGroup: recordedGroups(kind), kubeletUid: KUBELET });
}

/** nft prints the named sets of the node in front of the chains; they are no part of a layout. */
function withoutSets(listing: string): string {
  return listing.replace(/^\tset [^\n]*\n(?:\t\t[^\n]*\n)*\t\}\n\n/gm, '');
}

describe.skipIf(!haveRecordings).each(['sidecar-nftables', 'ambient-nftables'])('%s as text', (kind) => {
  it.each(recordedReleases(kind))('%s: printed as nft printed it', (release) => {
    for (const recording of recordings(kind, release)) {
      const listing = withoutSets(recording.recorded['ruleset.nft'] ?? '').trim();
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
      const { id, config, recorded } = recording;
      const listing = parseNft(recorded[form] ?? '', { source: id });
      expect(listing.diagnostics, id).toEqual([]);
      const expected = byTableAndChain(listing.tables, config.scope);
      expect(byTableAndChain(built(recording, kind).tables, config.scope), id).toEqual(expected);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { buildLayout } from '../../src/layout/index.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Table } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { chainsOfLayout, chainsOfSave } from './chains.ts';
import { haveRecordings, recordedGroups, recordedReleases, recordings } from './recordings.ts';

/** What the rules of each chain match and do, as data: text alone could hide a different reading of the same words. */
function contents(tables: readonly Table[], family: Family) {
  const used = tables
    .filter((table) => table.family === family)
    .flatMap((table) => table.chains.map((chain) => ({ name: `${table.name} ${chain.name}`, rules: chain.rules })))
    .filter((chain) => chain.rules.length > 0);
  return Object.fromEntries(
    used.map(({ name, rules }) => [name, rules.map(({ matches, targets }) => ({ matches, targets }))]),
  );
}

const VARIANTS = ['legacy', 'nft'] as const;

describe.skipIf(!haveRecordings).each(['sidecar-iptables', 'ambient-iptables'])('%s', (kind) => {
  it.each(recordedReleases(kind))('%s: every recorded layout, both variants and families', (release) => {
    const options = { resolveGroup: recordedGroups(kind) };
    for (const { id, config, recorded } of recordings(kind, release)) {
      const layout = buildLayout(config, options);
      for (const family of FAMILIES) {
        for (const variant of VARIANTS) {
          const save = recorded[`${variant}.${family === 'ipv4' ? 'v4' : 'v6'}.save`] ?? '';
          expect(chainsOfLayout(layout, family), `${id} ${variant} ${family}`).toEqual(chainsOfSave(save));
          const { tables } = parseIptables(save, { source: id, family });
          expect(contents(layout.tables, family), `${id} ${variant} ${family}`).toEqual(contents(tables, family));
        }
      }
    }
  });
});

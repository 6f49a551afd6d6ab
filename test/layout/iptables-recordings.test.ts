import { describe, expect, it } from 'vitest';
import { buildLayout } from '../../src/layout/index.ts';
import { FAMILIES } from '../../src/model/family.ts';
import { chainsOfLayout, chainsOfSave } from './chains.ts';
import { haveRecordings, recordedGroups, recordedReleases, recordings } from './recordings.ts';

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
        }
      }
    }
  });
});

import { describe, expect, it } from 'vitest';
import type { DiffReport } from '../../src/diagnose/differences.ts';
import { formatConfig } from '../../src/parse/config/index.ts';
import { diff } from '../asked.ts';
import { haveRecordings, type Recording, recordedReleases, recordings } from '../layout/recordings.ts';
import { savedTexts } from '../observe/saved.ts';

/** Two forms in which each kind was recorded. */
const FORMS: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  'sidecar-iptables': [
    ['legacy.v4.save', 'legacy.v6.save'],
    ['nft.v4.save', 'nft.v6.save'],
  ],
  'ambient-iptables': [
    ['legacy.v4.save', 'legacy.v6.save'],
    ['nft.v4.save', 'nft.v6.save'],
  ],
  'sidecar-nftables': [['ruleset.nft'], ['ruleset.json']],
  'ambient-nftables': [['ruleset.nft'], ['ruleset.json']],
};

describe.skipIf(!haveRecordings)('a recording does what its configuration says, in each of its forms', () => {
  for (const [kind, [one, other]] of Object.entries(FORMS)) {
    it.each(recordedReleases(kind))(`${kind} %s`, { timeout: 120_000 }, async (release) => {
      for (const recording of recordings(kind, release)) {
        expect(await compare(recording, one), recording.id).toMatchObject(SAME);
        expect(await compare(recording, one, other), recording.id).toMatchObject(SAME);
      }
    });
  }
});

const SAME = { equivalent: true, differences: [], undetermined: [] };

/** What diff says of one form against the layout, or against another form. */
async function compare({ config, recorded }: Recording, now: readonly string[], before?: readonly string[]) {
  const outside = savedTexts({ ...recorded, config: JSON.stringify(formatConfig(config)) });
  const request = {
    source: { kind: 'rules', files: now },
    config: { configFile: 'config', flags: {}, env: {} },
    ...(before && { against: { kind: 'rules', files: before } as const }),
    traces: false,
  } as const;
  const { report }: { readonly report: DiffReport } = await diff(request, outside);
  return report;
}

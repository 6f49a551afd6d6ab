import { afterAll, describe, expect, it } from 'vitest';
import { formatConfig } from '../../src/parse/config/index.ts';
import { check } from '../../src/pipeline/check.ts';
import { haveRecordings, type Recording, recordedReleases, recordings } from '../layout/recordings.ts';
import { savedTexts } from './saved.ts';

/** The forms in which each kind was recorded; the families of one form are read together. */
const FORMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'sidecar-iptables': [['legacy.v4.save', 'legacy.v6.save'], ['nft.v4.save', 'nft.v6.save'], ['legacy.nat.S']],
  'ambient-iptables': [
    ['legacy.v4.save', 'legacy.v6.save'],
    ['nft.v4.save', 'nft.v6.save'],
  ],
  'sidecar-nftables': [['ruleset.nft'], ['ruleset.json']],
  'ambient-nftables': [['ruleset.nft'], ['ruleset.json']],
};
/** A listing of the nat table alone cannot answer for layouts that use other tables. */
const NAT_ONLY = 'legacy.nat.S';

const counts = new Map<string, number>();

describe.skipIf(!haveRecordings)('a recorded layout is healthy for the configuration it was recorded with', () => {
  afterAll(() => {
    const rows = [...counts].map(([name, count]) => `  ${name.padEnd(34)} ${count}`);
    process.stdout.write(`recordings found healthy\n${rows.join('\n')}\n`);
  });

  for (const [kind, forms] of Object.entries(FORMS)) {
    it.each(recordedReleases(kind))(`${kind} %s`, { timeout: 120_000 }, async (release) => {
      for (const recording of recordings(kind, release)) {
        for (const names of forms) await verify(kind, release, recording, names);
      }
    });
  }
});

async function verify(kind: string, release: string, { id, config, recorded }: Recording, names: readonly string[]) {
  const outside = savedTexts({ ...recorded, config: JSON.stringify(formatConfig(config)) });
  const request = {
    source: { kind: 'rules', files: names },
    config: { configFile: 'config', flags: {}, env: {} },
    toolVersion: '0',
  } as const;
  const report = await check(request, outside);
  const where = `${id} ${names.join(' ')}`;
  expect(report.summary, where).toMatchObject({ error: 0, warning: 0 });
  if (names[0] === NAT_ONLY && report.verdict === 'undetermined') {
    expect(
      report.undetermined.map(({ code }) => code),
      where,
    ).toEqual(['NAT1004']);
    return;
  }
  expect(report.verdict, where).toBe('healthy');
  const row = `${kind} ${release} ${names[0]}`;
  counts.set(row, (counts.get(row) ?? 0) + 1);
}

import { describe, expect, it } from 'vitest';
import { inferConfig } from '../../src/infer/index.ts';
import { compareReleases, parseRelease, type Release } from '../../src/layout/release.ts';
import type { Table } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { parseNft } from '../../src/parse/nft/index.ts';
import { haveRecordings, type Recording, recordedReleases, recordings } from '../layout/recordings.ts';
import { layoutOf, rulesOf, SEEN } from './rules.ts';

/**
 * Two ranges have the very layout of these, and the other one is named first: IPv6 got its outbound port inclusions in
 * 1.9.6 and 1.10.2 but not in 1.10.0, and native TPROXY without inbound ports failed in 1.28.0 only.
 */
const AMBIGUOUS = ['sidecar-iptables/1.9.9/ipv6-outbound-ports', 'sidecar-nftables/1.27.4/inbound-ports-empty-tproxy'];

/** On the node the listing of nft names the addresses of the pods in its sets, which no layout can. */
const ON_THE_NODE = /^ambient-nftables\/.*\/hostprobe/;

describe.skipIf(!haveRecordings)('what is inferred from recorded layouts', () => {
  for (const kind of ['sidecar-iptables', 'ambient-iptables', 'sidecar-nftables', 'ambient-nftables']) {
    it.each(recordedReleases(kind))(`${kind} %s`, (release) => {
      for (const recording of recordings(kind, release)) {
        if (!ON_THE_NODE.test(recording.id)) for (const tables of shown(recording)) verify(recording, tables);
      }
    });
  }
});

function verify({ id, config }: Recording, tables: readonly Table[]): void {
  const { candidates } = inferConfig({ tables }, { coverage: SEEN });
  const [best] = candidates;
  expect(best?.distance, id).toBe(0);
  const fitting = candidates.filter(
    ({ distance, releases }) => distance === 0 && covers(releases, config.istioVersion),
  );
  expect(fitting.length, id).toBeGreaterThan(0);
  if (!AMBIGUOUS.includes(id)) expect(fitting[0], id).toBe(best);
  expect(best && layoutOf(best.config), id).toEqual(rulesOf({ tables }));
}

function shown({ recorded }: Recording): Table[][] {
  const families = ['ipv4', 'ipv6'] as const;
  const saves = ['legacy', 'nft'].map((variant) =>
    families.flatMap((family) => {
      const text = recorded[`${variant}.${family === 'ipv4' ? 'v4' : 'v6'}.save`] ?? '';
      return parseIptables(text, { source: variant, family, backend: 'iptables' }).tables;
    }),
  );
  const listings = ['ruleset.nft', 'ruleset.json'].map(
    (name) => parseNft(recorded[name] ?? '', { source: name }).tables,
  );
  return [...saves, ...listings].filter((tables) => tables.length > 0);
}

/** Whether a range, whose ends may stand for all patches of a minor, has a release in it. */
function covers([first, last]: readonly [string, string], release: string): boolean {
  const from = known(first);
  const start = from.patch === null ? { ...from, patch: 0 } : from;
  return compareReleases(start, known(release)) <= 0 && compareReleases(known(release), known(last)) <= 0;
}

function known(text: string): Release {
  const release = parseRelease(text);
  if ('error' in release) throw new Error(release.error);
  return release;
}

import { describe, expect, it } from 'vitest';
import { buildLayout, CHANGES, whyNoLayout } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { printNft } from '../../src/print/nft/index.ts';
import { allCases, configOf } from './layouts/cases.ts';
import { minorOf } from './layouts/kind.ts';

/** Every first patch of a minor, and every release in which something changed or changed back, with the one before. */
const RELEASES = [
  ...new Set([
    ...Array.from({ length: 32 }, (_, minor) => `1.${minor}.0`),
    ...CHANGES.flatMap((change) => [...change.since, ...('until' in change ? [change.until] : [])]).flatMap(
      (release) => {
        const [, minor, patch] = release.split('.').map(Number);
        return patch ? [`1.${minor}.${patch - 1}`, release] : [release];
      },
    ),
  ]),
];

function textOf(config: Config): string {
  const { tables } = buildLayout(config);
  return config.backend === 'nftables' ? printNft(tables) : printSave(tables);
}

const cases = allCases().filter(({ variant }) => variant !== 'legacy');
const families = new Map(
  cases.map((one) => [`${one.config.dataplane} ${one.config.backend} ${one.kind.name}`, one] as const),
);

describe('the proof of layouts with packets', () => {
  it.each([...families])('has a release for every layout of %s', (name, { kind, config }) => {
    const { dataplane, backend } = config;
    const alike = cases.filter(
      (one) => one.kind === kind && name.startsWith(`${one.config.dataplane} ${one.config.backend} `),
    );
    const proved = new Set(alike.map((one) => textOf(one.config)));
    const others = RELEASES.filter((release) => {
      const minor = minorOf(release);
      if (minor < kind.minors[0] || minor >= kind.minors[1] + 1) return false;
      const other = configOf(dataplane, backend, kind, release);
      return whyNoLayout(other) === null && !proved.has(textOf(other));
    });
    expect(others).toEqual([]);
  });
});

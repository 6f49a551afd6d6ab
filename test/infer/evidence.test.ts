import { describe, expect, it } from 'vitest';
import { inferConfig, safeCandidate } from '../../src/infer/index.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { changed, SEEN } from './rules.ts';

const config = defaultConfig('1.28.10');

function withInboundPort(port: number): Ruleset {
  return buildLayout({ ...config, inboundCapturePort: port });
}

describe('listeners', () => {
  it('confirm a port that is not the usual one', () => {
    const [best] = inferConfig(withInboundPort(16006), { coverage: SEEN, listeners: [15001, 16006] }).candidates;
    expect(best).toMatchObject({ distance: 0, suspicious: [], config: { inboundCapturePort: 16006 } });
  });

  it('refute it when the proxy listens on the usual one', () => {
    const [best] = inferConfig(withInboundPort(16006), { coverage: SEEN, listeners: [15001, 15006] }).candidates;
    expect(best).toMatchObject({ distance: 2, suspicious: [], config: { inboundCapturePort: 15006 } });
  });

  it('decide nothing when both or neither listen', () => {
    for (const listeners of [[15006, 16006], [8080]]) {
      const [best] = inferConfig(withInboundPort(16006), { coverage: SEEN, listeners }).candidates;
      expect(best?.suspicious).toEqual(['inboundCapturePort']);
    }
  });
});

describe('declared inputs', () => {
  it('are taken as they are, and what differs from them is distance', () => {
    const live = buildLayout({ ...config, inboundPortsExclude: [15090, 15021, 15020, 9000] });
    const declared = { istioVersion: '1.28.10', inboundPortsExclude: [15090, 15021, 15020] };
    const [best, ...others] = inferConfig(live, { coverage: SEEN, declared }).candidates;
    expect(others).toEqual([]);
    expect(best).toMatchObject({ distance: 1, releases: ['1.28.10', '1.28.10'] });
    expect(best?.config.inboundPortsExclude).toEqual(declared.inboundPortsExclude);
  });

  it('name a release of which the rules are not the layout', () => {
    const [best] = inferConfig(buildLayout(defaultConfig('1.24.6')), {
      declared: { istioVersion: '1.28.10' },
    }).candidates;
    expect(best?.distance).toBe(2);
  });

  it('are refused when the release is none', () => {
    expect(() => inferConfig(buildLayout(config), { declared: { istioVersion: 'newest' } })).toThrow(RangeError);
  });
});

describe('coverage', () => {
  const tproxy = buildLayout({ ...config, interceptionMode: 'TPROXY' });
  const natOnly: Ruleset = { tables: tproxy.tables.filter(({ name }) => name === 'nat') };

  it('keeps tables that could not be seen from counting as missing', () => {
    const declared = { interceptionMode: 'TPROXY' } as const;
    const unseen = inferConfig(natOnly, { declared, coverage: [{ family: 'ipv4', tables: ['nat'] }] });
    expect(unseen.candidates[0]?.distance).toBe(0);
    const seen = inferConfig(natOnly, { declared, coverage: SEEN });
    expect(seen.candidates[0]?.distance).toBeGreaterThan(5);
  });

  it('is all of a family that has a table, when nobody says', () => {
    const [best] = inferConfig(buildLayout(defaultConfig('1.4.10', 'istio-init')), {}).candidates;
    expect(best?.distance).toBe(0);
  });
});

describe('rules of others', () => {
  it('cost nothing behind Istio’s, or where they let packets go on', () => {
    const live = changed(buildLayout(config), 'nat', 'PREROUTING', (rules) => {
      const [jump] = rules;
      if (jump === undefined) return rules;
      const foreign = { ...jump, matches: [], targets: [{ kind: 'accept' } as const] };
      const log = { ...jump, targets: [{ kind: 'continue', module: 'LOG', args: [] } as const] };
      return [log, jump, foreign];
    });
    expect(safeCandidate(inferConfig(live, { coverage: SEEN }))?.distance).toBe(0);
  });
});

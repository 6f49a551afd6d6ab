import { describe, expect, it } from 'vitest';
import { type Candidate, inferConfig, safeCandidate } from '../../src/infer/index.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Config, ConfigKey } from '../../src/model/config.ts';
import type { Rule, Ruleset } from '../../src/model/ruleset.ts';
import { printRule } from '../../src/print/iptables/index.ts';
import { type Change, changed, layoutOf, rule, SEEN } from './rules.ts';

/** Releases from 1.5 on: before, a single rule is all that the script wrote about an owner. */
const RELEASES = ['1.5.10', '1.6.14', '1.8.6', '1.12.9', '1.16.7', '1.20.8', '1.23.6', '1.24.6', '1.28.10', '1.31.0'];

const without =
  (pattern: RegExp): Change =>
  (rules) =>
    rules.filter((each) => !pattern.test(printRule(each, 'X')));
const first =
  (text: string): Change =>
  (rules) => [rule(text), ...rules];
const aheadOf =
  (pattern: RegExp, text: string): Change =>
  (rules) =>
    rules.toSpliced(positionOf(rules, pattern), 0, rule(text));
const toFront =
  (pattern: RegExp): Change =>
  (rules) => {
    const moved = rules[positionOf(rules, pattern)];
    return moved === undefined ? rules : [moved, ...rules.filter((each) => each !== moved)];
  };
const redirectTo =
  (port: number): Change =>
  (rules) =>
    rules.map((each) => ({ ...each, targets: [{ kind: 'redirect', ports: { from: port, to: port }, flags: [] }] }));

function positionOf(rules: readonly Rule[], pattern: RegExp): number {
  return rules.findIndex((each) => pattern.test(printRule(each, 'X')));
}

/** What was done to nat, where, and how many rules that is away from the layout. */
const FAULTS: readonly (readonly [string, string, Change, number])[] = [
  [
    'a RETURN of 8080 ahead of everything inbound',
    'ISTIO_INBOUND',
    first('-A X -p tcp -m tcp --dport 8080 -j RETURN'),
    1,
  ],
  [
    'an ACCEPT of 8080 ahead of everything inbound',
    'ISTIO_INBOUND',
    first('-A X -p tcp -m tcp --dport 8080 -j ACCEPT'),
    1,
  ],
  ['an ACCEPT ahead of the jump', 'PREROUTING', first('-A X -j ACCEPT'), 1],
  ['an interface returned in one hook only', 'PREROUTING', first('-A X -i eth0 -j RETURN'), 1],
  ['no jump in PREROUTING', 'PREROUTING', without(/./), 1],
  ['no jump in OUTPUT', 'OUTPUT', without(/./), 1],
  ['no inbound redirect', 'ISTIO_INBOUND', without(/-j ISTIO_IN_REDIRECT/), 1],
  ['an emptied ISTIO_REDIRECT', 'ISTIO_REDIRECT', without(/./), 1],
  ['no outbound redirect', 'ISTIO_OUTPUT', without(/-j ISTIO_REDIRECT/), 1],
  ['no RETURN of the uid', 'ISTIO_OUTPUT', without(/-A X -m owner --uid-owner 1337 -j RETURN/), 1],
  ['no RETURN of the gid', 'ISTIO_OUTPUT', without(/-A X -m owner --gid-owner 1337 -j RETURN/), 1],
  ['no way to oneself for the gid', 'ISTIO_OUTPUT', without(/--gid-owner 1337 -j ISTIO_IN_REDIRECT/), 1],
  ['uid 0 exempt', 'ISTIO_OUTPUT', aheadOf(/-d 127.0.0.1\/32 -j RETURN/, '-A X -m owner --uid-owner 0 -j RETURN'), 1],
  ['the uid RETURN moved to the front', 'ISTIO_OUTPUT', toFront(/-A X -m owner --uid-owner 1337 -j RETURN/), 2],
  ['another inbound port', 'ISTIO_IN_REDIRECT', redirectTo(15007), 2],
  ['another outbound port', 'ISTIO_REDIRECT', redirectTo(15002), 2],
  ['a range returned ahead of everything outbound', 'ISTIO_OUTPUT', first('-A X -d 10.0.0.0/8 -j RETURN'), 1],
  [
    'an excluded port twice',
    'ISTIO_INBOUND',
    aheadOf(/--dport 15020/, '-A X -p tcp -m tcp --dport 15020 -j RETURN'),
    1,
  ],
  ['DNS redirected by one rule', 'OUTPUT', first('-A X -p udp -m udp --dport 53 -j REDIRECT --to-ports 15053'), 1],
];

describe.each(FAULTS)('%s', (_, chain, change, distance) => {
  it.each(RELEASES)('is no input of Istio %s', (release) => {
    const config = defaultConfig(release);
    const live = changed(buildLayout(config), 'nat', chain, change);
    const candidate = safeCandidate(inferConfig(live, { coverage: SEEN, declared: { istioVersion: release } }));
    expect(candidate?.distance).toBe(distance);
    expect(candidate && layoutOf(candidate.config)).toEqual(layoutOf(config));
  });

  it('is no input when the release is not known either', () => {
    const config = defaultConfig('1.28.10');
    const live = changed(buildLayout(config), 'nat', chain, change);
    const candidate = safeCandidate(inferConfig(live, { coverage: SEEN }));
    expect(candidate?.releases[1]).toBe('1.31');
    expect(candidate && layoutOf(candidate.config)).toEqual(layoutOf(config));
  });
});

describe('a user exempted behind the rules of the proxy', () => {
  it.each(['1.0.9', '1.1.17', '1.4.10'])(
    'is no user of the proxy of Istio %s, whose script wrote one rule',
    (release) => {
      const config = defaultConfig(release);
      const exempt = '-A X -m owner --uid-owner 1000 -j RETURN';
      const live = changed(buildLayout(config), 'nat', 'ISTIO_OUTPUT', aheadOf(/^-A X -j ISTIO_REDIRECT/, exempt));
      const candidate = safeCandidate(inferConfig(live, { coverage: SEEN }));
      expect([candidate?.distance, candidate?.config.proxyUid]).toEqual([1, [1337]]);
    },
  );
});

/** Rules in Istio's own place: what they are taken for. */
const INPUTS: readonly (readonly [string, string, Change, ConfigKey, unknown])[] = [
  [
    'a RETURN of 8081 among the exclusions',
    'ISTIO_INBOUND',
    aheadOf(/--dport 15021/, '-A X -p tcp -m tcp --dport 8081 -j RETURN'),
    'inboundPortsExclude',
    [15090, 8081, 15021, 15020],
  ],
  [
    'a range returned behind localhost',
    'ISTIO_OUTPUT',
    aheadOf(/-j ISTIO_REDIRECT/, '-A X -d 10.0.0.0/8 -j RETURN'),
    'outboundIpRangesExclude',
    ['10.0.0.0/8'],
  ],
];

describe.each(INPUTS)('%s', (_, chain, change, key, value) => {
  it('is an input, and named as one', () => {
    const live = changed(buildLayout(defaultConfig('1.28.10')), 'nat', chain, change);
    const best = bestOf(live);
    expect(best.distance).toBe(0);
    expect(best.config[key]).toEqual(value);
    expect(best.certainty[key]).toBe('plain');
    expect(best.reasons).toEqual([expect.stringContaining(`${key} `)]);
  });
});

describe('what one changed rule would look like', () => {
  const literal: readonly (readonly [string, Change, Partial<Config>])[] = [
    ['ISTIO_IN_REDIRECT', redirectTo(16006), { inboundCapturePort: 16006 }],
    ['ISTIO_OUTPUT', without(/-j ISTIO_REDIRECT/), { outboundIpRangesInclude: [] }],
  ];

  it.each(literal)('is read as it stands in %s, and called suspicious', (chain, change, inputs) => {
    const best = bestOf(changed(buildLayout(defaultConfig('1.28.10')), 'nat', chain, change));
    expect(best.distance).toBe(0);
    expect(best.config).toMatchObject(inputs);
    expect(best.suspicious).toEqual(Object.keys(inputs));
  });
});

function bestOf(live: Ruleset): Candidate {
  const [best] = inferConfig(live, { coverage: SEEN }).candidates;
  if (best === undefined) throw new Error('nothing was inferred');
  return best;
}

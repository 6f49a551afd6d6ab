import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inferConfig, safeCandidate } from '../../src/infer/index.ts';
import { buildLayout } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { Rule, Ruleset } from '../../src/model/ruleset.ts';
import { printRule } from '../../src/print/iptables/index.ts';
import { anyConfig } from './arbitrary.ts';
import { changed, layoutOf, rule, SEEN } from './rules.ts';

/** Nothing captured outbound is what the loss of one rule looks like, so no intention can be told from it. */
const capturing = anyConfig.map((config) =>
  config.outboundIpRangesInclude === '*'
    ? config
    : { ...config, outboundIpRangesInclude: [...config.outboundIpRangesInclude, '100.64.0.0/10'] },
);

/** The layout that live rules are held against when only the release is known. */
function intended(live: Ruleset, { istioVersion }: Config): string[] {
  const inference = inferConfig(live, { coverage: SEEN, declared: { istioVersion } });
  const candidate = safeCandidate(inference);
  return candidate === undefined ? [] : layoutOf(candidate.config);
}

/** Rules that stand in every layout and that no input can take away; ids from 5000 on are owner groups. */
const STRUCTURE = /-j ISTIO_(INBOUND|OUTPUT|OUTPUT_DNS|IN_REDIRECT)$|--[ug]id-owner [12]\d{3} -j RETURN$|-s 127.0.0.6/;

function isStructure(candidate: Rule, chain: string, config: Config): boolean {
  const text = printRule(candidate, chain);
  // With ports listed each capture is an input of its own; the one owner rule of the script is all it says of an owner.
  const isInput = text.includes('! --gid-owner') || (chain === 'ISTIO_INBOUND' && config.inboundPortsInclude !== '*');
  return STRUCTURE.test(text) && !isInput && !/^1\.[0-4]\./.test(config.istioVersion);
}

describe('any layout', () => {
  it('is still what is intended when a rule of its structure is lost', () => {
    fc.assert(
      fc.property(capturing, fc.nat(), (config, seed) => {
        const places = structureOf(config);
        const place = places[seed % Math.max(places.length, 1)];
        fc.pre(place !== undefined);
        const { table, chain, position } = place;
        const live = changed(buildLayout(config), table, chain, (rules) => rules.filter((_, at) => at !== position));
        expect(
          inferConfig(live, { coverage: SEEN, declared: { istioVersion: config.istioVersion } }).candidates[0],
        ).toMatchObject({ distance: 1 });
        expect(intended(live, config)).toEqual(layoutOf(config));
      }),
      { numRuns: 300 },
    );
  });

  it('is still what is intended when a foreign rule stands in one of its chains', () => {
    const foreign = fc.constantFrom(
      '-A X -p tcp -m tcp --dport 15999 -j ACCEPT',
      '-A X -m owner --uid-owner 0 -j RETURN',
      '-A X -d 203.0.113.0/24 -j ACCEPT',
      '-A X -p tcp -m multiport --dports 15998,15999 -j RETURN',
      '-A X -m set --match-set allowed src -j RETURN',
    );
    fc.assert(
      fc.property(
        capturing,
        foreign,
        fc.constantFrom('ISTIO_INBOUND', 'ISTIO_OUTPUT'),
        fc.nat(40),
        (config, text, chain, at) => {
          fc.pre(!/^1\.[0-4]\./.test(config.istioVersion));
          const live = changed(buildLayout(config), 'nat', chain, (rules) => rules.toSpliced(at, 0, rule(text)));
          expect(intended(live, config)).toEqual(layoutOf(config));
        },
      ),
      { numRuns: 300 },
    );
  });
});

function structureOf(config: Config): { table: string; chain: string; position: number }[] {
  return buildLayout(config)
    .tables.filter(({ family, name }) => family === 'ipv4' && name === 'nat')
    .flatMap((table) =>
      table.chains.flatMap((chain) =>
        chain.rules.flatMap((each, position) =>
          isStructure(each, chain.name, config) ? [{ table: table.name, chain: chain.name, position }] : [],
        ),
      ),
    );
}

import { expectedRuleset } from '../../../src/expect/layout.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Chain, Ruleset } from '../../../src/model/ruleset.ts';
import { canonical } from '../../../src/rules/canonical.ts';
import type { Case } from './case.ts';
import { chainsOf, named } from './own.ts';

/** Releases whose rules differ from each other, of one chain at least. */
const RELEASES = ['1.4.10', '1.6.14', '1.8.6', '1.12.9', '1.16.7', '1.20.8', '1.23.6', '1.24.6'];

/**
 * The layout, and in one of its chains the rules that an earlier release wrote there and this one does not, before or
 * behind its own: Istio was run again, and what was there had not been cleaned up.
 */
export function olderCases(config: Config): Case[] {
  if (config.dataplane !== 'sidecar' || config.backend !== 'iptables') return [];
  const expected = expectedRuleset(config);
  const before = RELEASES.filter((release) => isBefore(release, config.istioVersion));
  return before.flatMap((release) => leftBy(release, config, expected));
}

function leftBy(release: string, config: Config, expected: Ruleset): Case[] {
  const older = chainsOf(expectedRuleset({ ...config, istioVersion: release }));
  return chainsOf(expected).flatMap(({ table, chain }) => {
    const twin = older.find((one) => named(one.table, one.chain) === named(table, chain));
    const own = new Set(chain.rules.map((rule) => canonical(table, chain, rule)));
    const left = twin?.chain.rules.filter((rule) => !own.has(canonical(table, chain, rule))) ?? [];
    if (left.length === 0) return [];
    const what = `${release} ${named(table, chain)}`;
    return [
      {
        kind: 'older chain',
        what: `${what} first`,
        config,
        live: replaced(expected, chain, [...left, ...chain.rules]),
      },
      { kind: 'older chain', what: `${what} last`, config, live: replaced(expected, chain, [...chain.rules, ...left]) },
    ] as const;
  });
}

function replaced({ tables }: Ruleset, chain: Chain, rules: Chain['rules']): Ruleset {
  const changed = { ...chain, rules: rules.map((rule, at) => ({ ...rule, index: at + 1 })) };
  return {
    tables: tables.map((table) => ({ ...table, chains: table.chains.map((one) => (one === chain ? changed : one)) })),
  };
}

function isBefore(a: string, b: string): boolean {
  const minor = (text: string) => Number(text.split('.')[1]);
  return minor(a) < minor(b);
}

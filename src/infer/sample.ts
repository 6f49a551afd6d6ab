import { remembered } from '../model/remembered.ts';
import type { Chain, Ruleset } from '../model/ruleset.ts';
import { formOf } from './rule-pattern.ts';

/** Rulesets up to this size are compared with every layout as a whole. */
const LARGE = 2000;
/** How many rules of one pattern stay in a chain's sample. */
const OF_ONE_PATTERN = 24;

/**
 * A ruleset that is like another but small: of the thousands of ports and ranges that a list can have, each chain keeps
 * the first few. Enough to tell the releases apart. The ruleset itself when it is not large. A check asks several times.
 */
export const sampleOf = remembered((ruleset: Ruleset): Ruleset => {
  const size = ruleset.tables.reduce(
    (sum, table) => sum + table.chains.reduce((all, chain) => all + chain.rules.length, 0),
    0,
  );
  if (size <= LARGE) return ruleset;
  return { tables: ruleset.tables.map((table) => ({ ...table, chains: table.chains.map(sampled) })) };
});

function sampled(chain: Chain): Chain {
  const counts = new Map<string, number>();
  const rules = chain.rules.filter((rule) => {
    const { shape, target } = formOf(rule);
    const count = (counts.get(`${shape} ${target}`) ?? 0) + 1;
    counts.set(`${shape} ${target}`, count);
    return count <= OF_ONE_PATTERN;
  });
  return { ...chain, rules };
}

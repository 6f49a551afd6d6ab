import type { Ruleset } from '../model/ruleset.ts';
import { PairComparison } from './compare-pair.ts';
import type { Comparison, ComparisonScope, OpenClass } from './compare-types.ts';
import { domainOf } from './symbolic/domain.ts';
import { whyGivenUp } from './symbolic/limits.ts';

export type { Comparison, ComparisonScope, DifferentClass, OpenClass } from './compare-types.ts';

/**
 * Compares what two rulesets do to every packet that can exist at a hook. Marks count where the expected rules, or
 * the routing they rely on, can see them. Rules that combine too much (see `LIMITS`) are an open question.
 */
export function compareRulesets(live: Ruleset, expected: Ruleset, scope: ComparisonScope): Comparison {
  try {
    const domain = domainOf([live, expected], scope.hook, scope.family, scope);
    return new PairComparison(live, expected, scope, domain).result();
  } catch (error) {
    return { different: [], open: [givenUp(scope, whyGivenUp(error))] };
  }
}

function givenUp({ hook, family }: ComparisonScope, because: string): OpenClass {
  const any = family === 'ipv4' ? '0.0.0.0' : '::';
  return {
    family,
    hook,
    packets: {},
    witness: { family, hook, protocol: 'tcp', source: any, destination: any },
    because,
  };
}

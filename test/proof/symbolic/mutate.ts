import fc from 'fast-check';
import type { Chain, Rule, Ruleset } from '../../../src/model/ruleset.ts';
import type { Target } from '../../../src/model/target.ts';

/** What somebody or something may have done to a ruleset. */
export interface Mutation {
  readonly kind: 'delete' | 'double' | 'move' | 'invert' | 'target' | 'policy';
  /** Picks the chain, the rule, and what becomes of it, each modulo what there is. */
  readonly dice: readonly [number, number, number];
}

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record<Mutation>({
    kind: fc.constantFrom('delete', 'delete', 'double', 'move', 'invert', 'target', 'policy'),
    dice: fc.tuple(fc.nat(997), fc.nat(997), fc.nat(997)),
  }),
  { minLength: 1, maxLength: 3 },
);

const TARGETS: readonly Target[] = [
  { kind: 'return' },
  { kind: 'accept' },
  { kind: 'drop' },
  { kind: 'mark', value: 0x539, mask: 0xffffffff },
  { kind: 'connmark-set', value: 0x111, mask: 0xfff },
];

/** The ruleset after the mutations, one after the other. */
export function mutate(ruleset: Ruleset, changes: readonly Mutation[]): Ruleset {
  return changes.reduce(mutateOnce, ruleset);
}

function mutateOnce(ruleset: Ruleset, mutation: Mutation): Ruleset {
  const candidates = ruleset.tables.flatMap(({ chains }) => chains).filter(({ rules }) => rules.length > 0);
  const chosen = candidates[mutation.dice[0] % candidates.length];
  if (chosen === undefined) return ruleset;
  const changed = mutateChain(chosen, mutation);
  return {
    tables: ruleset.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => (chain === chosen ? changed : chain)),
    })),
  };
}

function mutateChain(chain: Chain, { kind, dice }: Mutation): Chain {
  const { rules, base } = chain;
  const at = dice[1] % rules.length;
  const rule = rules[at];
  if (rule === undefined) return chain;
  switch (kind) {
    case 'delete':
      return renumbered(chain, rules.toSpliced(at, 1));
    case 'double':
      return renumbered(chain, rules.toSpliced(dice[2] % (rules.length + 1), 0, { ...rule }));
    case 'move':
      return renumbered(chain, rules.toSpliced(at, 1).toSpliced(dice[2] % rules.length, 0, rule));
    case 'invert':
      return renumbered(chain, rules.toSpliced(at, 1, inverted(rule, dice[2])));
    case 'target':
      return renumbered(
        chain,
        rules.toSpliced(at, 1, { ...rule, targets: [TARGETS[dice[2] % TARGETS.length] ?? { kind: 'return' }] }),
      );
    case 'policy':
      return base && base.type !== 'nat' ? { ...chain, base: { ...base, policy: 'drop' } } : chain;
  }
}

function renumbered(chain: Chain, rules: readonly Rule[]): Chain {
  return { ...chain, rules: rules.map((rule, i) => ({ ...rule, index: i + 1 })) };
}

/** One of the conditions turned round, or left out where it has no inversion of its own. */
function inverted(rule: Rule, dice: number): Rule {
  const at = dice % Math.max(1, rule.matches.length);
  const matches = rule.matches.flatMap((match, i) => {
    if (i !== at) return [match];
    return 'negated' in match ? [{ ...match, negated: !match.negated }] : [];
  });
  return { ...rule, matches };
}

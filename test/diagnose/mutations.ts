import fc from 'fast-check';
import type { Match } from '../../src/model/match.ts';
import type { Chain, Rule, Ruleset, Table } from '../../src/model/ruleset.ts';
import type { Target } from '../../src/model/target.ts';
import { withChain } from './pod-of.ts';

/** A change of one chain of a ruleset. */
export interface Mutation {
  readonly what: string;
  readonly ruleset: Ruleset;
}

/** A rule deleted, a RETURN, ACCEPT or REDIRECT inserted anywhere, or two neighbours swapped. */
export function mutationOf(ruleset: Ruleset): fc.Arbitrary<Mutation> {
  const chains = ruleset.tables.flatMap((table) => table.chains.map((chain) => ({ table, chain })));
  const withRules = chains.filter(({ chain }) => chain.rules.length > 0);
  const inOrder = chains.filter(({ chain }) => chain.rules.length > 1);
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(...withRules).chain(({ table, chain }) => deletion(ruleset, table, chain)),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(...withRules).chain(({ table, chain }) => insertion(ruleset, table, chain)),
    },
    { weight: 2, arbitrary: fc.constantFrom(...inOrder).chain(({ table, chain }) => swap(ruleset, table, chain)) },
  );
}

function deletion(ruleset: Ruleset, { family, name }: Table, chain: Chain): fc.Arbitrary<Mutation> {
  return fc.nat(chain.rules.length - 1).map((at) => ({
    what: `delete ${family} ${name} ${chain.name} ${at + 1}`,
    ruleset: withChain(ruleset, chain, (rules) => rules.toSpliced(at, 1)),
  }));
}

function swap(ruleset: Ruleset, { family, name }: Table, chain: Chain): fc.Arbitrary<Mutation> {
  return fc.nat(chain.rules.length - 2).map((at) => ({
    what: `swap ${family} ${name} ${chain.name} ${at + 1}`,
    ruleset: withChain(ruleset, chain, (rules) => {
      const [first, second] = rules.slice(at, at + 2);
      return first && second ? rules.toSpliced(at, 2, second, first) : rules;
    }),
  }));
}

function insertion(ruleset: Ruleset, table: Table, chain: Chain): fc.Arbitrary<Mutation> {
  return fc.tuple(fc.nat(chain.rules.length), matches, targetIn(table)).map(([at, conditions, target]) => {
    // REDIRECT to a port is refused for rules that name no protocol with ports.
    const named = conditions.some(({ kind }) => kind === 'protocol') || target.kind !== 'redirect';
    const rule: Rule = {
      index: 0,
      matches: named ? conditions : [TCP, ...conditions],
      targets: [target],
      origin: { source: 'test', line: 0 },
      text: '',
    };
    return {
      what: `insert ${table.family} ${table.name} ${chain.name} ${at + 1} ${JSON.stringify([rule.matches, target])}`,
      ruleset: withChain(ruleset, chain, (rules) => rules.toSpliced(at, 0, rule)),
    };
  });
}

const TCP: Match = { kind: 'protocol', negated: false, protocol: 6 };

const matches: fc.Arbitrary<Match[]> = fc.oneof(
  fc.constant<Match[]>([]),
  fc.constant<Match[]>([TCP]),
  fc
    .constantFrom(8080, 15006, 53, 22)
    .map((port): Match[] => [
      TCP,
      { kind: 'tcp', destinationPort: { negated: false, value: [{ from: port, to: port }] } },
    ]),
  fc.constantFrom(53, 5353).map((port): Match[] => [
    { kind: 'protocol', negated: false, protocol: 17 },
    { kind: 'udp', destinationPort: { negated: false, value: [{ from: port, to: port }] } },
  ]),
);

function targetIn({ name }: Table): fc.Arbitrary<Target> {
  const redirect: Target[] =
    name === 'nat'
      ? [15001, 15006, 9999].map((port): Target => ({ kind: 'redirect', ports: { from: port, to: port }, flags: [] }))
      : [];
  return fc.constantFrom<Target>({ kind: 'return' }, { kind: 'accept' }, ...redirect);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../src/expect/layout.ts';
import type { Config } from '../../src/model/config.ts';
import type { Rule, Ruleset } from '../../src/model/ruleset.ts';
import { anyConfig } from '../infer/arbitrary.ts';
import { judged } from './causes/judged.ts';
import { chainsOf } from './causes/own.ts';
import { mutationOf } from './mutations.ts';
import { withChain } from './pod-of.ts';
import { calledMissing, stands } from './standing.ts';

/** A layout with a change or two, and in some rules the conditions in another order. */
const changed = fc
  .constantFrom<Pick<Config, 'backend' | 'istioVersion'>>(
    { backend: 'iptables', istioVersion: '' },
    { backend: 'nftables', istioVersion: '1.28.10' },
  )
  .chain(({ backend, istioVersion }) =>
    anyConfig
      .filter((config) => config.dataplane === 'sidecar' && config.backend === 'iptables')
      .map((config): Config => (backend === 'iptables' ? config : { ...config, backend, istioVersion })),
  )
  .chain((config) =>
    fc
      .tuple(mutationOf(expectedRuleset(config)), fc.boolean(), fc.nat())
      .map(([{ ruleset }, reversed, at]) => ({ config, live: shuffled(ruleset, at, reversed) })),
  );

/** The rules of one chain in another order, and their conditions too. */
function shuffled(ruleset: Ruleset, at: number, reversed: boolean): Ruleset {
  const chains = chainsOf(ruleset).filter(({ chain }) => chain.rules.length > 0);
  const { chain } = chains[at % chains.length] ?? {};
  if (chain === undefined) return ruleset;
  return withChain(ruleset, chain, (rules) => {
    const turned = rules.map((rule): Rule => (reversed ? { ...rule, matches: turnedOwners(rule) } : rule));
    const first = at % rules.length;
    return [...turned.slice(first), ...turned.slice(0, first)];
  });
}

/** Owners ahead of ports, as `-m owner … -m tcp …` is written by hand. */
function turnedOwners({ matches }: Rule): Rule['matches'] {
  return [
    ...matches.filter(({ kind }) => kind !== 'owner' && kind !== 'tcp' && kind !== 'udp'),
    ...matches.filter(({ kind }) => kind === 'owner'),
    ...matches.filter(({ kind }) => kind === 'tcp' || kind === 'udp'),
  ];
}

describe('a rule that stands in its chain', () => {
  it('is never called missing, and never inserted without being deleted', () => {
    fc.assert(
      fc.property(changed, ({ config, live }) => {
        const report = judged({ config, live });
        for (const missing of calledMissing(report).filter(({ family }) => family !== undefined))
          expect([missing, stands(live, missing)]).toEqual([missing, 0]);
        for (const { remedy = '' } of report.findings)
          for (const [command, ...again] of insertionsIn(remedy)) expect([command, again.length]).toEqual([command, 0]);
        const all = report.findings.map(({ remedy = '' }) => remedy).join('\n');
        for (const { tool, table, chain, spec } of parsedInserts(all)) {
          const text = `-A ${chain} ${spec}`;
          const there = stands(live, { family: tool === 'ip6tables' ? 'ipv6' : 'ipv4', table, chain, text });
          if (there > 0) expect(all).toMatch(new RegExp(`${tool} -t ${table} -D ${chain} `));
        }
      }),
      { numRuns: Number(process.env.ISTIO_NAT_STANDING ?? 30) },
    );
  }, 240_000);
});

/** The same command twice. */
function insertionsIn(remedy: string): string[][] {
  const lines = remedy.split('\n').filter((line) => / -I \S+ \d+ /.test(line));
  const specs = new Map<string, string[]>();
  for (const line of lines) {
    const spec = line.replace(/ -I (\S+) \d+ /, ' -I $1 ');
    specs.set(spec, [...(specs.get(spec) ?? []), line]);
  }
  return [...specs.values()];
}

function parsedInserts(remedy: string) {
  return [...remedy.matchAll(/(ip6?tables)\S* -t (\S+) -I (\S+) \d+ (.+)/g)].map(
    ([, tool = '', table = '', chain = '', spec = '']) => ({ tool, table, chain, spec }),
  );
}

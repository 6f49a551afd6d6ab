import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig, inputsOf, parseRelease } from '../../../src/layout/index.ts';
import type { Config, ConfigKey } from '../../../src/model/config.ts';
import { asJsonText } from '../../../src/model/json.ts';
import type { Chain, Ruleset, Table } from '../../../src/model/ruleset.ts';
import { withChain } from '../pod-of.ts';
import type { Case } from './case.ts';

/** Inputs that say what the pod is, not what one annotation or setting adds to its rules. */
const WHOLE: ReadonlySet<ConfigKey> = new Set(['istioVersion', 'dataplane', 'backend', 'interceptionMode', 'scope']);

/** The layout of a configuration, each with a single cause why it is not as meant. */
export function ownCases(config: Config): Case[] {
  const expected = expectedRuleset(config);
  return [...inputCases(config, expected), ...chainCases(config, expected), ...ruleCases(config, expected)];
}

/** One input that did not take effect: the pod was programmed as if nobody had said it. */
function inputCases(config: Config, expected: Ruleset): Case[] {
  const release = parseRelease(config.istioVersion);
  if ('error' in release) return [];
  const usual = defaultConfig(config.istioVersion);
  return inputsOf(release, config.dataplane)
    .filter((key) => !WHOLE.has(key) && asJsonText(config[key]) !== asJsonText(usual[key]))
    .map((key) => ({ key, live: expectedRuleset({ ...config, [key]: usual[key] }) }))
    .filter(({ live }) => asJsonText(live) !== asJsonText(expected))
    .map(({ key, live }) => ({ kind: 'input', what: key, config, live }));
}

/** All rules of one chain gone. */
function chainCases(config: Config, expected: Ruleset): Case[] {
  return chainsOf(expected)
    .filter(({ chain }) => chain.rules.length > 1)
    .map(({ table, chain }) => ({
      kind: 'flush',
      what: named(table, chain),
      config,
      live: withChain(expected, chain, () => []),
    }));
}

/** One rule gone: a jump, or another. */
function ruleCases(config: Config, expected: Ruleset): Case[] {
  return chainsOf(expected).flatMap(({ table, chain }) =>
    chain.rules.map(
      (rule, at): Case => ({
        kind: rule.targets.some(({ kind }) => kind === 'jump') && chain.base !== undefined ? 'jump' : 'rule',
        what: `${named(table, chain)}: ${rule.text}`,
        config,
        live: withChain(expected, chain, (rules) => rules.toSpliced(at, 1)),
      }),
    ),
  );
}

export function chainsOf({ tables }: Ruleset): { table: Table; chain: Chain }[] {
  return tables.flatMap((table) => table.chains.map((chain) => ({ table, chain })));
}

export function named({ family, name }: Table, chain: Chain): string {
  return `${family} ${name} ${chain.name}`;
}

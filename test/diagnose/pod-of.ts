import { type Diagnosis, diagnose } from '../../src/diagnose/index.ts';
import { buildContext, type Context } from '../../src/expect/context.ts';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import { expectedRouting } from '../../src/layout/routing.ts';
import type { Config } from '../../src/model/config.ts';
import { FAMILIES } from '../../src/model/family.ts';
import type { Pod } from '../../src/model/pod.ts';
import type { Chain, Rule, Ruleset } from '../../src/model/ruleset.ts';
import { observeRules } from '../../src/observe/index.ts';
import { printSave } from '../../src/print/iptables/index.ts';

/** A pod whose rules are these, read back from the text that iptables-save prints for them. */
export function podOf(live: Ruleset): Pod {
  const texts = FAMILIES.map((family) => ({
    name: `rules.${family}`,
    text: `# ${family === 'ipv4' ? 'iptables' : 'ip6tables'}-save\n${printSave(live.tables.filter((table) => table.family === family))}`,
  }));
  return observeRules(texts.filter(({ text }) => text.includes('*')));
}

/** The context of a pod with these rules that should have the layout of a configuration. */
export function contextOf(live: Ruleset | Pod, config: Config = defaultConfig('1.28.10')): Context {
  const pod = 'coverage' in live ? live : podOf(live);
  const background = { declared: true, older: () => null };
  return buildContext(pod, { config, origin: {} }, expectedRuleset(config), expectedRouting(config), background);
}

/** What the checks say about it. */
export function diagnosisOf(live: Ruleset | Pod, config?: Config): Diagnosis {
  return diagnose(contextOf(live, config));
}

/** A pod with the rules in the text of an `iptables-save`, and nothing else that is known. */
export function podWith(text: string, more: Partial<Pod> = {}): Pod {
  return { ...observeRules([{ name: 'rules', text }]), ...more };
}

/** A layout as `iptables-save` prints it, IPv4 only, with lines deleted, replaced or added in front of others. */
export function saved(config: Partial<Config>, edit: (lines: string[]) => string[] = (lines) => lines): string {
  const { tables } = expectedRuleset({ ...defaultConfig(config.istioVersion ?? '1.28.10'), ...config });
  return edit(printSave(tables.filter(({ family }) => family === 'ipv4')).split('\n')).join('\n');
}

/** The ruleset with the rules of one chain changed; positions are counted anew. */
export function withChain(
  ruleset: Ruleset,
  chain: Chain,
  change: (rules: readonly Rule[]) => readonly Rule[],
): Ruleset {
  return {
    tables: ruleset.tables.map((table) => ({
      ...table,
      chains: table.chains.map((candidate) =>
        candidate === chain
          ? { ...chain, rules: change(chain.rules).map((rule, i) => ({ ...rule, index: i + 1 })) }
          : candidate,
      ),
    })),
  };
}

import { buildLayout, type LayoutOptions } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { printRule } from '../print/iptables/index.ts';
import { printNftRule } from '../print/nft/index.ts';

/** The expected rules, each with the text that the kernel would show. */
export function expectedRuleset(config: Config, options: LayoutOptions = {}): Ruleset {
  const { tables } = buildLayout(config, options);
  return {
    tables: tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({
        ...chain,
        rules: chain.rules.map((rule) => ({
          ...rule,
          text: table.backend === 'nftables' ? printNftRule(rule) : printRule(rule, chain.name),
        })),
      })),
    })),
  };
}

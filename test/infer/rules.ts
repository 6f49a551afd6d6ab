import { buildLayout } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { Coverage } from '../../src/model/pod.ts';
import type { Rule, Ruleset } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { printRule } from '../../src/print/iptables/index.ts';

/** Both families were looked at as a whole. */
export const SEEN: readonly Coverage[] = [
  { family: 'ipv4', tables: 'all' },
  { family: 'ipv6', tables: 'all' },
];

/** The rules of a layout as text, `family table rule`, chains in alphabetical order. */
export function rulesOf(ruleset: Ruleset): string[] {
  return ruleset.tables
    .flatMap(({ family, name, chains }) =>
      chains.map((chain) => chain.rules.map((rule) => `${family} ${name} ${printRule(rule, chain.name)}`)),
    )
    .filter((rules) => rules.length > 0)
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
    .flat();
}

/** The rules that Istio would have programmed. */
export function layoutOf(config: Config): string[] {
  return rulesOf(buildLayout(config));
}

/** A rule written as iptables -S has it. */
export function rule(text: string): Rule {
  const [table] = parseIptables(`*nat\n${text}\nCOMMIT\n`, { source: 'test', family: 'ipv4' }).tables;
  const found = table?.chains.flatMap((chain) => chain.rules)[0];
  if (found === undefined) throw new Error(`no rule: ${text}`);
  return found;
}

/** How the rules of one chain are changed. */
export type Change = (rules: readonly Rule[]) => readonly Rule[];

/** The ruleset with the rules of one IPv4 chain changed. */
export function changed(ruleset: Ruleset, table: string, chain: string, change: Change): Ruleset {
  return {
    tables: ruleset.tables.map((each) =>
      each.family !== 'ipv4' || each.name !== table
        ? each
        : {
            ...each,
            chains: each.chains.map((one) => (one.name === chain ? { ...one, rules: change(one.rules) } : one)),
          },
    ),
  };
}

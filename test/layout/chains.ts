import type { Family } from '../../src/model/family.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { printRule } from '../../src/print/iptables/index.ts';

/** The rules of a family as text, by table and chain; chains that are there without rules are kept, empty base chains not. */
export type ChainTexts = Readonly<Record<string, readonly string[]>>;

/** What a save says, compared as the recordings' README asks: by table and chain, the order of both left aside. */
export function chainsOfSave(save: string): ChainTexts {
  const chains: Record<string, string[]> = {};
  let table = '';
  for (const line of save.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1);
    const declared = /^:(\S+) (\S+)/.exec(line);
    if (declared?.[2] === '-') chains[`${table} ${declared[1]}`] = [];
    const chain = /^-A (\S+)/.exec(line)?.[1];
    if (chain === undefined) continue;
    const key = `${table} ${chain}`;
    chains[key] = [...(chains[key] ?? []), line];
  }
  return sorted(chains);
}

/** The same of a built layout. */
export function chainsOfLayout(ruleset: Ruleset, family: Family): ChainTexts {
  const tables = ruleset.tables.filter((table) => table.family === family);
  const chains = tables.flatMap((table) =>
    table.chains
      .filter((chain) => chain.base === undefined || chain.rules.length > 0)
      .map((chain) => [`${table.name} ${chain.name}`, chain.rules.map((rule) => printRule(rule, chain.name))] as const),
  );
  return sorted(Object.fromEntries(chains));
}

function sorted(chains: ChainTexts): ChainTexts {
  return Object.fromEntries(Object.entries(chains).sort(([a], [b]) => (a < b ? -1 : 1)));
}

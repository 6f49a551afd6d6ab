import { answersTo, type Capture } from '../collect/capture.ts';
import type { Family } from '../model/family.ts';
import type { Chain, Table } from '../model/ruleset.ts';
import { parseIptables } from '../parse/iptables/index.ts';
import { commandLine, endingOf } from './seen.ts';

/**
 * Chains that iptables-nft listed one by one (`-t TABLE -S CHAIN`), because it could not print their tables. What is wrong
 * with a listing does not matter: the kernel's view has to agree with each rule.
 */
export function chainPrints(capture: Capture, family: Family): Table[] {
  return answersTo(capture, `nft-chain-${family}`).flatMap((result): Table[] => {
    const [, , name = '', , wanted = ''] = result.argv;
    if (endingOf(result) !== 'succeeded') return [];
    const options = { source: commandLine(result), family, backend: 'iptables-nft' as const };
    const { tables } = parseIptables(result.stdout, options);
    const chain = tables.flatMap(({ chains }) => chains).find((one) => one.name === wanted);
    return chain === undefined ? [] : [{ backend: 'iptables-nft', family, name, chains: [chain] }];
  });
}

/** Printed tables with the chains that were listed alone, which are whole, in place of their own. */
export function withChains(tables: readonly Table[], listed: readonly Table[]): Table[] {
  const byName = new Map(tables.map((table) => [table.name, table]));
  for (const table of listed) {
    const known = byName.get(table.name) ?? { ...table, chains: [] };
    byName.set(table.name, { ...known, chains: [...known.chains.filter(isOther(table.chains)), ...table.chains] });
  }
  return [...byName.values()];
}

function isOther(chains: readonly Chain[]): (chain: Chain) => boolean {
  return ({ name }) => chains.every((chain) => chain.name !== name);
}

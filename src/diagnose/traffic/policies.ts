import { type Chain, coversFamily, type Ruleset, type Table } from '../../model/ruleset.ts';
import type { Cause } from './cause.ts';

/** A base chain, with its table. */
export interface BaseChain {
  readonly table: Table;
  readonly chain: Chain;
}

/** The built-in chains on a packet's way that drop what no rule lets through; none where a rule decided. */
export function droppingChains({ class: { family, hook, live } }: Cause, { tables }: Ruleset): BaseChain[] {
  if (live.verdict.kind !== 'drop' || live.decidedBy !== null) return [];
  const way = hook === 'OUTPUT' ? ['OUTPUT', 'POSTROUTING'] : ['PREROUTING', 'INPUT'];
  return tables
    .filter((table) => coversFamily(table, family))
    .flatMap((table) => table.chains.map((chain) => ({ table, chain })))
    .filter(({ chain: { base } }) => base?.policy === 'drop' && way.includes(base.hook));
}

import type { Family } from '../model/family.ts';
import { type Chain, coversFamily, type Ruleset, type Table } from '../model/ruleset.ts';

/** Whether a chain is one of those that Istio creates (all its releases, data planes and backends name them so). */
export function isIstioChain(table: Table, chain: Chain): boolean {
  if (table.backend === 'nftables') return /^istio-(proxy|ambient)-/.test(table.name);
  return chain.name.startsWith('ISTIO_');
}

/** Whether there is a chain of Istio's, even an empty one: flushing takes rules away, but not chains. */
export function hasIstioChains({ tables }: Ruleset): boolean {
  return tables.some((table) => table.chains.some((chain) => isIstioChain(table, chain)));
}

/** The tables that hold a rule in one of Istio's chains. */
export function istioTables(ruleset: Ruleset, family?: Family): Table[] {
  return ruleset.tables.filter(
    (table) =>
      (family === undefined || coversFamily(table, family)) &&
      table.chains.some((chain) => isIstioChain(table, chain) && chain.rules.length > 0),
  );
}

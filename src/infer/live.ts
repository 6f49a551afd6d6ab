import { isIstioChainName, nativeTable } from '../istio/names.ts';
import type { TableFamily } from '../model/family.ts';
import type { Chain, Rule, Table } from '../model/ruleset.ts';
import { ruleKey } from '../rules/rule-key.ts';

/** A chain of the live rules or of a layout, its rules ready to be compared. */
export interface KeyedChain {
  readonly family: TableFamily;
  readonly table: string;
  readonly chain: string;
  readonly rules: readonly Rule[];
  readonly keys: readonly string[];
  readonly builtIn: boolean;
}

/** The chains of tables that have rules, by family, table and name. Chains that are not Istio's nor built in are left out. */
export function keyedChains(tables: readonly Table[]): Map<string, KeyedChain> {
  const chains = tables.flatMap((table) =>
    table.chains.filter((chain) => concerns(table, chain)).map((chain) => keyed(table, chain)),
  );
  return new Map(chains.map((chain) => [`${chain.family} ${chain.table} ${chain.chain}`, chain]));
}

function concerns(table: Table, chain: Chain): boolean {
  if (chain.rules.length === 0) return false;
  return chain.base !== undefined || isIstioChainName(chain.name) || nativeTable(table.name) !== null;
}

function keyed(table: Table, chain: Chain): KeyedChain {
  // In a table of Istio's own there is nothing foreign, so that nothing needs to be told apart.
  const builtIn = chain.base !== undefined && nativeTable(table.name) === null;
  const keys = chain.rules.map((rule) => ruleKey(rule, table.family));
  return { family: table.family, table: table.name, chain: chain.name, rules: chain.rules, keys, builtIn };
}

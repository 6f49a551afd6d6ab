import type { Family } from '../model/family.ts';
import { type Chain, coversFamily, type RuleReference, type Ruleset, type Table } from '../model/ruleset.ts';
import { hasIstioPrefix } from './iptables-chains.ts';
import { nativePlane } from './names.ts';

/**
 * Whether a chain is one of those that Istio creates, its hooks included (all its releases, data planes and backends name
 * them so). `isIstioChainName` knows them where there is nothing but a name: in a jump, or of a chain that is gone.
 */
export function isIstioChain(table: Table, chain: Chain): boolean {
  if (table.backend === 'nftables') return nativePlane(table.name) !== null;
  return hasIstioPrefix(chain.name);
}

/** Whether a rule stands where Istio writes, or leads there from iptables' own chains. */
export function isAboutIstio({ table, chain, rule }: RuleReference): boolean {
  if (isIstioChain(table, chain)) return true;
  return rule.targets.some((target) => target.kind === 'jump' && hasIstioPrefix(target.chain));
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

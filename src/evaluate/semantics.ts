import { isNative, type Rule, type Table } from '../model/ruleset.ts';

/**
 * Which code looks at packets. `xt`: the match modules of iptables. `xt-on-nft`: iptables-nft, which runs the same
 * modules but for ports, where it may write native expressions. `nft`: native expressions only.
 */
export type Semantics = 'xt' | 'xt-on-nft' | 'nft';

/** The semantics of a rule; text that does not say which iptables it is from may be from iptables-nft. */
export function semanticsOf(table: Table, rule: Rule): Semantics {
  if (isNative({ table, rule })) return 'nft';
  return table.backend === 'iptables-legacy' ? 'xt' : 'xt-on-nft';
}

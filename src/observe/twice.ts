import type { Obstacle } from '../model/pod.ts';
import { type Chain, IPTABLES_TABLES, type Rule, type Table } from '../model/ruleset.ts';
import { printRule } from '../print/iptables/index.ts';

/** What one text shows. */
export interface ShownText {
  readonly name: string;
  readonly tables: readonly Table[];
  /** `list`: `-L`, which leaves things out of its rules. `nft`: with base chains that iptables does not print. */
  readonly form: 'exact' | 'list' | 'nft';
}

/**
 * NAT1003 for tables that two texts show differently: one is older, of another pod or of the other family, and nobody
 * can tell which one the pod has. So there is no answer at all.
 */
export function contradictions(texts: readonly ShownText[]): Obstacle[] {
  return texts.flatMap((text, position) =>
    texts
      .slice(position + 1)
      .flatMap((other) => between(text, other).map((table) => contradiction(table, text, other))),
  );
}

function between(text: ShownText, other: ShownText): Table[] {
  return text.tables.filter((table) => {
    const twin = other.tables.find((candidate) => isSameTable(table, candidate));
    return twin !== undefined && differ({ ...text, table }, { ...other, table: twin });
  });
}

/** Whether two tables are one, as far as their texts say which variant of iptables holds them. */
export function isSameTable(one: Table, other: Table): boolean {
  const sameBackend =
    one.backend === other.backend ||
    (isOfNft(one) && isOfNft(other)) ||
    'iptables' === one.backend ||
    'iptables' === other.backend;
  return sameBackend && one.family === other.family && one.name === other.name && one.family !== 'inet';
}

function isOfNft({ backend }: Table): boolean {
  return backend === 'iptables-nft' || backend === 'nftables';
}

interface Side extends Pick<ShownText, 'form'> {
  readonly table: Table;
}

function differ(one: Side, other: Side): boolean {
  if (saysNothing(one.table) || saysNothing(other.table)) return false;
  const exact = one.form === 'exact' && other.form === 'exact';
  return chainsDiffer(one, other, exact) || chainsDiffer(other, one, exact);
}

/** Some built-in chains alone: they may be of any table, and nothing says that it has no others. */
function saysNothing({ name, chains }: Table): boolean {
  const builtIn = Object.keys(IPTABLES_TABLES[name] ?? {});
  return (
    chains.length < builtIn.length && chains.every((chain) => builtIn.includes(chain.name) && chain.rules.length === 0)
  );
}

/** Whether a chain of one has no twin in the other. */
function chainsDiffer({ form, table }: Side, other: Side, exact: boolean): boolean {
  return table.chains.some((chain) => {
    const twin = other.table.chains.find(({ name }) => name === chain.name);
    if (twin === undefined) return chain.rules.length > 0 && !(form === 'nft' && chain.base !== undefined);
    return chain.rules.length !== twin.rules.length || (exact && !sameRules(chain, twin));
  });
}

function sameRules(one: Chain, other: Chain): boolean {
  return one.rules.every((rule, position) => {
    const twin = other.rules[position];
    return twin !== undefined && printed(rule) === printed(twin);
  });
}

function printed(rule: Rule): string {
  return printRule(rule, '');
}

function contradiction({ name, family }: Table, one: ShownText, other: ShownText): Obstacle {
  return {
    code: 'NAT1003',
    message: `${one.name} and ${other.name} show the table ${name} (${family}) with different rules, so which ones the pod has cannot be told`,
    remedy: `Leave out the older of the two. If one is of IPv6, save it with ip6tables-save, which says so, or check it alone with --family ipv6; if one is of the other variant, save it with iptables-legacy-save or iptables-nft-save`,
    concerns: 'rules',
  };
}

import { type Chain, IPTABLES_TABLES, type Rule, type Table } from '../model/ruleset.ts';
import { agrees, isWhole } from '../rules/agreement.ts';
import { resembles } from '../rules/likeness.ts';

/** Tables as a tool prints them, with the words that nft lacks for modules of xtables. */
export interface Prints {
  /** By iptables-nft-save. */
  readonly saved: readonly Table[];
  /** By nft as text. */
  readonly inText: () => readonly Table[];
}

/**
 * The tables that the kernel holds, with their rules in the words of iptables where those agree with it. Chains, hooks,
 * priorities, policies, and how many rules there are, is the kernel's word alone: iptables-nft-save leaves out base
 * chains that are none of iptables', and prints a rule that it has no words for as another one.
 */
export function inWordsOfIptables(kernel: readonly Table[], prints: Prints): Table[] {
  return kernel.map((table) => (isIptables(table) ? joined(table, prints) : table));
}

/** Whether a table is where iptables-nft puts its own: `ip` or `ip6`, one of its five names, and something that it wrote. */
function isIptables({ backend }: Table): boolean {
  return backend === 'iptables-nft';
}

/**
 * A table that somebody saved in two forms: in nft's text, where it is the kernel's word, and as iptables-nft-save prints
 * it, whose rules count where they can be the same ones.
 */
export function joinedWithText(listed: Table, saved: Table): Table {
  return withWords(listed, saved, (chain) => {
    const own = counterpart(chain, saved);
    return chain.rules.map((rule, position) => {
      const printed = own?.rules[position];
      return printed !== undefined && resembles(rule, printed) ? printed : rule;
    });
  });
}

function joined(table: Table, { saved, inText }: Prints): Table {
  const own = twinOf(table, saved);
  return withWords(table, own, (chain) => rulesInWords(chain, own, () => twinOf(table, inText())));
}

function withWords(table: Table, own: Table | undefined, rulesOf: (chain: Chain) => readonly Rule[]): Table {
  const chains = table.chains.map((chain) => ({ ...chain, rules: rulesOf(chain) }));
  const rules = chains.flatMap((chain) => chain.rules);
  const isNfts = rules.length > 0 && rules.every((rule) => rule.native === true && isWhole(rule));
  return { ...table, ...(isNfts && { backend: 'nftables' }), chains: [...chains, ...unregistered(table, own)] };
}

function twinOf({ family, name }: Table, tables: readonly Table[]): Table | undefined {
  return tables.find((table) => table.family === family && table.name === name);
}

function rulesInWords(chain: Chain, saved: Table | undefined, inText: () => Table | undefined): readonly Rule[] {
  const own = counterpart(chain, saved);
  let other: Chain | null | undefined;
  return chain.rules.map((rule, position) => {
    const printed = own?.rules[position];
    if (printed !== undefined && agrees(rule, printed)) return printed;
    if (isWhole(rule)) return rule;
    other ??= counterpart(chain, inText());
    const text = other?.rules[position];
    return text !== undefined && agrees(rule, text) ? text : rule;
  });
}

/** The chain in a print, if it has as many rules there: else nobody knows which is which. */
function counterpart({ name, rules }: Chain, table: Table | undefined): Chain | null {
  const found = table?.chains.find((chain) => chain.name === name);
  return found !== undefined && found.rules.length === rules.length ? found : null;
}

/** Built-in chains that iptables prints though the kernel has none: it makes them when somebody needs them. */
function unregistered(table: Table, saved: Table | undefined): Chain[] {
  const builtIn = IPTABLES_TABLES[table.name] ?? {};
  const isHere = (name: string) => table.chains.some((chain) => chain.name === name);
  return (saved?.chains ?? []).filter(
    ({ name, base, rules }) =>
      Object.hasOwn(builtIn, name) && !isHere(name) && rules.length === 0 && base?.policy === 'accept',
  );
}

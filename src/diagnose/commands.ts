import type { Family } from '../model/family.ts';
import { type Chain, findChain, type RuleReference, type Ruleset, type Table } from '../model/ruleset.ts';
import { canonical } from './context.ts';
import { groupBy } from './group-by.ts';
import { insertions, misplaced } from './positions.ts';
import { quoted } from './quote.ts';

/** What has to be done to single rules. */
export interface Mending {
  /** Live rules that have to go. */
  readonly remove: readonly RuleReference[];
  /** Rules of Istio's that have to come back. */
  readonly restore: readonly RuleReference[];
  /** Where they are expected. */
  readonly family: Family;
}

/**
 * Commands that mend single rules, one a line, to be run in this order: positions take those before into account. None
 * when a chain is missing as well: that is no matter of single rules.
 */
export function mendingCommands({ remove, restore, family }: Mending, live: Ruleset): string[] {
  const homes = groupBy(restore, ({ chain }) => chain).map((group) => ({ group, home: homeOf(group, live) }));
  if (homes.some(({ home }) => home === null)) return [];
  const gone = new Set(remove.map(({ rule }) => rule));
  const deletions = remove.toSorted((a, b) => b.rule.index - a.rule.index).map((where) => removeCommand(where, family));
  const inserts = homes.flatMap(({ group, home }) => {
    if (home === null) return [];
    const text = textIn(group[0]);
    const standing = home.chain.rules.filter((rule) => !gone.has(rule)).map(text);
    const wanted = group.toSorted((a, b) => a.rule.index - b.rule.index);
    const places = insertions(
      group[0].chain.rules.map(text),
      standing,
      wanted.map(({ rule }) => rule.index - 1),
    );
    return wanted.map((where, at) => insertCommand(where, home.table, places[at] ?? 0, standing.length + at, family));
  });
  return [...deletions, ...inserts];
}

/** Commands that put the rules of a chain into Istio's order. Rules of others stay where they are. */
export function orderCommands(expected: readonly RuleReference[], family: Family, live: Ruleset): string[] {
  return groupBy(expected, ({ chain }) => chain).flatMap((group) => {
    const home = homeOf(group, live);
    if (home === null) return [];
    const [{ table, chain }] = group;
    const text = textIn(group[0]);
    const moved = misplaced(chain.rules.map(text), home.chain.rules.map(text));
    const remove = moved.live.flatMap((at) => home.chain.rules[at] ?? []);
    const restore = moved.expected.flatMap((at) => chain.rules[at] ?? []);
    if (home.table.backend === 'nftables') return [rewriteCommand(home, { table, chain }, remove.map(text))];
    return mendingCommands(
      {
        remove: remove.map((rule) => ({ ...home, rule })),
        restore: restore.map((rule) => ({ table, chain, rule })),
        family,
      },
      live,
    );
  });
}

/** The command that makes a chain let go what no rule of it decides. */
export function policyCommand(table: Table, chain: Chain, family: Family): string {
  if (table.backend === 'nftables')
    return `In the pod: nft 'chain ${tableFamily(table)} ${table.name} ${chain.name} { policy accept; }'`;
  return `In the pod: ${toolOf(table, family)} -t ${table.name} -P ${chain.name} ACCEPT`;
}

/** The command that switches a dormant table on: added once more, without the flag, its rules stay. */
export function wakeCommand(table: Table): string {
  return `In the pod: nft add table ${tableFamily(table)} ${table.name}`;
}

/**
 * nft deletes rules by handles, which a listing does not show; a chain can be written anew in one transaction, so that
 * no packet meets it empty.
 */
function rewriteCommand(home: Home, { table, chain }: Pick<RuleReference, 'table' | 'chain'>, moved: string[]): string {
  const text = textIn({ table, chain });
  const wanted = chain.rules.map(text);
  const standing = home.chain.rules.map(text).filter((rule) => !moved.includes(rule));
  const at = wanted.flatMap((rule, position) => (moved.includes(rule) ? [position] : []));
  const specs = home.chain.rules
    .filter((rule) => !moved.includes(text(rule)))
    .map((rule) => specOf(table, chain, rule));
  insertions(wanted, standing, at).forEach((position, nth) => {
    const rule = chain.rules[at[nth] ?? -1];
    if (rule) specs.splice(position, 0, specOf(table, chain, rule));
  });
  const name = `${tableFamily(table)} ${table.name} ${chain.name}`;
  return `In the pod: nft '${[`flush chain ${name}`, ...specs.map((spec) => `add rule ${name} ${spec}`)].join('; ')}'`;
}

/** The command that deletes a live rule by what it says, so that it does not matter what was changed before. */
function removeCommand(where: RuleReference, family: Family): string {
  const { table, chain } = where;
  if (table.backend === 'nftables') return deleteCommand(where, family);
  return `In the pod: ${toolOf(table, family)} -t ${table.name} -D ${chain.name} ${specOf(table, chain, where.rule)}`;
}

/** The command that deletes the live rule at a position: one of several that say the same. */
export function deleteCommand(where: RuleReference, family: Family): string {
  const { table, chain, rule } = where;
  if (table.backend === 'nftables') {
    const name = `${tableFamily(table)} ${table.name} ${chain.name}`;
    return `In the pod: nft delete rule ${name} handle N, N being that of rule ${rule.index} in \`nft -a list chain ${name}\``;
  }
  return `In the pod: ${toolOf(table, family)} -t ${table.name} -D ${chain.name} ${rule.index}`;
}

interface Home {
  readonly table: Table;
  readonly chain: Chain;
}

/** The live chain that rules of one expected chain belong to, if it and the ones that they jump to exist. */
function homeOf([first, ...others]: readonly [RuleReference, ...RuleReference[]], live: Ruleset): Home | null {
  const jumps = [first, ...others].flatMap(({ rule }) =>
    rule.targets.flatMap((target) => (target.kind === 'jump' || target.kind === 'goto' ? [target.chain] : [])),
  );
  for (const table of live.tables) {
    if (table.family !== first.table.family || table.name !== first.table.name) continue;
    const chain = findChain(table, first.chain.name);
    if (chain && [...new Set(jumps)].every((name) => findChain(table, name))) return { table, chain };
  }
  return null;
}

function textIn({ table, chain }: Pick<RuleReference, 'table' | 'chain'>): (rule: RuleReference['rule']) => string {
  return (rule) => canonical(table, chain, rule);
}

/** `position` counts from 0, `length` is that of the chain by then. */
function insertCommand(
  { table, chain, rule }: RuleReference,
  home: Table,
  position: number,
  length: number,
  family: Family,
): string {
  const spec = specOf(table, chain, rule);
  if (table.backend !== 'nftables')
    return `In the pod: ${toolOf(home, family)} -t ${table.name} -I ${chain.name} ${position + 1} ${spec}`;
  const where = `${tableFamily(table)} ${table.name} ${chain.name}`;
  // nft inserts before a rule that is there.
  return position < length
    ? `In the pod: nft insert rule ${where} index ${position} ${spec}`
    : `In the pod: nft add rule ${where} ${spec}`;
}

/** The rule as the tools take it: without its chain, and counting from nothing. */
function specOf(table: Table, chain: Pick<Chain, 'name'>, rule: RuleReference['rule']): string {
  if (table.backend !== 'nftables')
    return canonical(table, { ...chain, rules: [] }, rule).replace(`-A ${chain.name} `, '');
  const { text } = quoted({ table, chain: { ...chain, rules: [] }, rule });
  return text.replace(/counter packets \d+ bytes \d+/, 'counter');
}

function tableFamily({ family }: Table): string {
  if (family === 'inet') return 'inet';
  return family === 'ipv4' ? 'ip' : 'ip6';
}

/** The program that writes to the table: the variant that holds it, and the family. */
function toolOf(table: Table, family: Family): string {
  const base = family === 'ipv6' ? 'ip6tables' : 'iptables';
  return table.backend === 'iptables' ? base : base + table.backend.slice('iptables'.length);
}

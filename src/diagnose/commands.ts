import type { Family } from '../model/family.ts';
import { findChain, type Rule, type RuleReference, type Ruleset, type Table } from '../model/ruleset.ts';
import { canonical } from './context.ts';
import { groupBy } from './group-by.ts';
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
  const homes = restore.map((where) => ({ where, home: homeOf(where, live) }));
  if (homes.some(({ home }) => home === null)) return [];
  const gone = new Set(remove.map(({ rule }) => rule));
  const deletions = remove.toSorted((a, b) => b.rule.index - a.rule.index).map((where) => removeCommand(where, family));
  const insertions = groupBy(homes, ({ where }) => where.chain).flatMap((group) =>
    group
      .toSorted((a, b) => a.where.rule.index - b.where.rule.index)
      .map(({ where, home }, earlier) => insertCommand(where, home as RuleHome, gone, earlier)),
  );
  return [...deletions, ...insertions.map((insert) => insert(family))];
}

/** The command that deletes a live rule by what it says, so that it does not matter what was changed before. */
function removeCommand(where: RuleReference, family: Family): string {
  const { table, chain, rule } = where;
  if (table.backend === 'nftables') return deleteCommand(where, family);
  const spec = canonical(table, chain, rule).replace(`-A ${chain.name} `, '');
  return `In the pod: ${toolOf(table, family)} -t ${table.name} -D ${chain.name} ${spec}`;
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

interface RuleHome {
  readonly table: Table;
  readonly rules: readonly Rule[];
}

/** The live chain that a missing rule belongs to, if it and the one that the rule jumps to exist. */
function homeOf({ table, chain, rule }: RuleReference, live: Ruleset): RuleHome | null {
  const jumps = rule.targets.flatMap((target) =>
    target.kind === 'jump' || target.kind === 'goto' ? target.chain : [],
  );
  for (const candidate of live.tables) {
    if (candidate.family !== table.family || candidate.name !== table.name) continue;
    const home = findChain(candidate, chain.name);
    if (home && jumps.every((name) => findChain(candidate, name))) return { table: candidate, rules: home.rules };
  }
  return null;
}

/** Behind the closest rule that Istio writes before it and that is there. */
function insertCommand(
  { table, chain, rule }: RuleReference,
  home: RuleHome,
  gone: ReadonlySet<Rule>,
  earlier: number,
): (family: Family) => string {
  const text = (candidate: Rule) => canonical(table, chain, candidate);
  const standing = home.rules.filter((candidate) => !gone.has(candidate)).map(text);
  const before = chain.rules.slice(0, rule.index - 1).toReversed();
  const behind = before.map((candidate) => standing.lastIndexOf(text(candidate))).find((at) => at >= 0) ?? -1;
  const position = behind + 1 + earlier;
  if (table.backend === 'nftables')
    return () => nftInsertion(table, chain.name, rule, position, standing.length + earlier);
  const spec = text(rule).replace(`-A ${chain.name} `, '');
  return (family) =>
    `In the pod: ${toolOf(home.table, family)} -t ${table.name} -I ${chain.name} ${position + 1} ${spec}`;
}

/** nft counts from 0, and inserts before a rule that is there. */
function nftInsertion(table: Table, chain: string, rule: Rule, position: number, length: number): string {
  const spec = quoted({ table, chain: { name: chain, rules: [] }, rule }).text.replace(
    /counter packets \d+ bytes \d+/,
    'counter',
  );
  const where = `${tableFamily(table)} ${table.name} ${chain}`;
  return position < length
    ? `In the pod: nft insert rule ${where} index ${position} ${spec}`
    : `In the pod: nft add rule ${where} ${spec}`;
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

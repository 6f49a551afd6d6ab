import type { Match } from '../../model/match.ts';
import type { Chain, Hook, Rule, Table } from '../../model/ruleset.ts';
import { printMatch } from './match.ts';
import { printTarget } from './target.ts';

export { printMatch } from './match.ts';
export { printTarget } from './target.ts';

/** The part of a rule that is not a module; iptables prints it first and always in this order. */
const BASE_ORDER: readonly Match['kind'][] = [
  'source',
  'destination',
  'in-interface',
  'out-interface',
  'protocol',
  'fragment',
];

/**
 * A rule as the `-S` of iptables 1.8.9 prints it, without counters: `-A CHAIN matches target`. Text that iptables-restore accepts,
 * except for the parts that were not understood, which are given back as they were read.
 */
export function printRule(rule: Rule, chain: string): string {
  const parts = [...inPrintOrder(rule.matches).map(printMatch), ...rule.targets.map(printTarget)];
  return [`-A ${chain}`, ...parts.filter((part) => part !== '')].join(' ');
}

/** Matches in the order in which iptables prints them. */
export function inPrintOrder(matches: readonly Match[]): readonly Match[] {
  const rank = (match: Match): number => {
    const position = BASE_ORDER.indexOf(match.kind);
    return position < 0 ? BASE_ORDER.length : position;
  };
  return matches.toSorted((left, right) => rank(left) - rank(right));
}

/**
 * The tables of one family as `iptables-save` prints them, counters zero. Built-in chains stand in the order of the hooks, user
 * chains alphabetically; rules keep their order. Tables of both families must be printed in two calls.
 */
export function printSave(tables: readonly Table[]): string {
  return tables.map(printTable).join('');
}

function printTable(table: Table): string {
  const chains = inDumpOrder(table);
  const heads = chains.map((chain) => `:${chain.name} ${chain.base === undefined ? '-' : policy(chain)} [0:0]`);
  return [`*${table.name}`, ...heads, ...chains.flatMap(printRules), 'COMMIT', ''].join('\n');
}

/** A table as `iptables -S` prints it: policies, user chains, rules. Empty for a table without chains. */
export function printListRules(table: Table): string {
  const chains = inDumpOrder(table);
  const heads = chains.map((chain) =>
    chain.base === undefined ? `-N ${chain.name}` : `-P ${chain.name} ${policy(chain)}`,
  );
  return [...heads, ...chains.flatMap(printRules)].map((line) => `${line}\n`).join('');
}

function printRules(chain: Chain): readonly string[] {
  return chain.rules.map((rule) => printRule(rule, chain.name));
}

function policy(chain: Chain): string {
  return chain.base?.policy === 'drop' ? 'DROP' : 'ACCEPT';
}

const HOOKS: readonly Hook[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

function inDumpOrder(table: Table): readonly Chain[] {
  const rank = (chain: Chain): number => (chain.base === undefined ? HOOKS.length : HOOKS.indexOf(chain.base.hook));
  return table.chains.toSorted((left, right) => rank(left) - rank(right) || compare(left.name, right.name));
}

/** By code unit, as strcmp orders them: a locale would put ISTIO_IN_REDIRECT before ISTIO_INBOUND. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

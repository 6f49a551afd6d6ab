import type { Family } from '../../model/family.ts';
import type { Backend, Policy, Rule } from '../../model/ruleset.ts';
import type { Amounts } from '../amounts.ts';
import type { Line } from './diagnostics.ts';
import { HOOKS } from './identify.ts';

/** The forms in which iptables shows rules: iptables-save, `-S`, `-L`. */
export type Form = 'save' | 'list-rules' | 'list';

/** A chain while its rules are being read. */
export interface DraftChain {
  readonly name: string;
  policy: Policy | null;
  /** It has a policy that could not be read. */
  policyLost: boolean;
  /** A line said that the chain exists; else only its rules did. */
  declared: boolean;
  readonly rules: Rule[];
  /** Rules were put in front of others, whose positions are set right in the end. */
  inserted: boolean;
  readonly line: Line;
}

/** A table while it is being read. */
export interface DraftTable {
  readonly form: Form;
  /** Null until its chains show it. */
  readonly name: string | null;
  readonly backend: Backend | null;
  /** What the caller, a heading or an address said. */
  family: Family | null;
  /** Tables that belong to one run of a tool, and so to one family, have the same number. */
  readonly group: number;
  readonly line: Line;
  readonly chains: Map<string, DraftChain>;
  /** The chain that was asked for last: rules of a chain stand together. */
  lastChain: DraftChain | null;
  /** The first rule that jumps to each chain. */
  readonly jumps: Map<string, Rule>;
  /** Text that was handed to iptables-restore (`* nat`, `-N`): what somebody wanted, not what the kernel holds. */
  restoreInput: boolean;
  /** Only one chain was asked for (`iptables -S CHAIN`). */
  readonly partial: boolean;
  /** A save that was asked for this table only (`iptables-save -t nat`). */
  readonly oneTable: boolean;
  /** A save whose end has not come yet. */
  open: boolean;
  /** The last line of a save that was cut off, and whether that line may have been cut as well. */
  cut: { readonly line: number; readonly midLine: boolean } | null;
  /** How much the text has, this table and those before it. */
  readonly amounts: Amounts;
  /** Position of the last built-in chain declared, in the order of the hooks. */
  lastHook: number;
}

/** The chain of that name, made when the table has none. */
export function chainOf(table: DraftTable, name: string, line: Line): DraftChain {
  if (table.lastChain?.name === name) return table.lastChain;
  let chain = table.chains.get(name);
  if (chain === undefined) {
    table.amounts.add('chains', line.number);
    chain = { name, policy: null, policyLost: false, declared: false, rules: [], inserted: false, line };
    table.chains.set(name, chain);
  }
  table.lastChain = chain;
  return chain;
}

/** Adds rules to a chain of the table, at its end or before the 1-based position. */
export function addRules(
  table: DraftTable,
  chain: DraftChain,
  added: readonly Rule[],
  position = chain.rules.length + 1,
): void {
  const { rules } = chain;
  for (const rule of added) {
    table.amounts.add('rules', rule.origin.line);
    noteJumps(table, rule);
  }
  if (position > rules.length) {
    for (const rule of added) rules.push(inPlace(rule, rules.length + 1));
    return;
  }
  rules.splice(Math.max(0, position - 1), 0, ...added);
  chain.inserted = true;
  table.amounts.add('inserted', added[0]?.origin.line ?? 0);
}

function inPlace(rule: Rule, index: number): Rule {
  return rule.index === index ? rule : { ...rule, index };
}

function noteJumps(table: DraftTable, rule: Rule): void {
  for (const target of rule.targets) {
    if (target.kind !== 'jump' && target.kind !== 'goto') continue;
    if (!table.jumps.has(target.chain)) table.jumps.set(target.chain, rule);
  }
}

/**
 * Whether a built-in chain can only be the first of another table: iptables lists them in the order of the hooks,
 * so one that does not come after the last begins a new table.
 */
export function beginsNextTable(table: DraftTable, chain: string): boolean {
  const hook = HOOKS.indexOf(chain);
  return hook >= 0 ? hook <= table.lastHook || hasUserChain(table) : table.chains.get(chain)?.declared === true;
}

function hasUserChain(table: DraftTable): boolean {
  for (const [name, chain] of table.chains) if (chain.declared && HOOKS.indexOf(name) < 0) return true;
  return false;
}

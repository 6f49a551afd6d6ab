import type { Family } from '../../model/family.ts';
import type { Backend, Policy, Rule } from '../../model/ruleset.ts';
import type { Amounts } from '../amounts.ts';
import type { Line } from './diagnostics.ts';
import { HOOKS, wholeTableAt } from './identify.ts';

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
  /** How many rules jump to it, as `-L` says; null where nothing does. */
  references: number | null;
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
  /** Text that was handed to iptables-restore (`* nat`, `-N`): what somebody wanted, not what the kernel holds. */
  restoreInput: boolean;
  /** A save of all tables, as the command before it says: one that is not there does not exist. */
  readonly ofAll: boolean;
  /** A save whose end has not come yet. */
  open: boolean;
  /** The last line of a save that was cut off, and whether that line may have been cut as well. */
  cut: { readonly line: number; readonly midLine: boolean } | null;
  /** Lines between those of a listing that were not read. */
  readonly unread: Line[];
  /** The first header of a listing without the columns of interfaces. */
  hidesInterfaces: Line | null;
  /** The first rows of a listing whose columns stand where iptables prints them, and where it does not. */
  aligned: Line | null;
  moved: Line | null;
  /** Of a listing: the last line of the text, which ends with it, or one right behind it that was not read; null where something else comes after. */
  openEnd: number | null;
  /** The first name in a listing that only the machine can resolve where it was printed. */
  named: { readonly line: Line; readonly name: string } | null;
  /** How much the text has, this table and those before it. */
  readonly amounts: Amounts;
}

/** The chain of that name, made when the table has none. */
export function chainOf(table: DraftTable, name: string, line: Line): DraftChain {
  if (table.lastChain?.name === name) return table.lastChain;
  let chain = table.chains.get(name);
  if (chain === undefined) {
    table.amounts.add('chains', line.number);
    chain = {
      name,
      policy: null,
      policyLost: false,
      declared: false,
      references: null,
      rules: [],
      inserted: false,
      line,
    };
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
  for (const rule of added) table.amounts.add('rules', rule.origin.line);
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

/**
 * Whether a chain can only be one of the next table: every chain is listed once, and built-in chains before others. In which
 * order built-in ones come, differs between releases of iptables.
 */
export function beginsNextTable(table: DraftTable, chain: string): boolean {
  if (table.chains.get(chain)?.declared === true) return true;
  return HOOKS.includes(chain) && (hasUserChain(table) || isHeadless(table));
}

/** Rules without the lines above them that declare chains: what begins after them is another table. */
function isHeadless({ form, chains }: DraftTable): boolean {
  return form === 'list-rules' && chains.size > 0 && [...chains.values()].every(({ declared }) => !declared);
}

function hasUserChain(table: DraftTable): boolean {
  for (const [name, chain] of table.chains) if (chain.declared && !HOOKS.includes(name)) return true;
  return false;
}

/**
 * Moves to the next table what already was of it: of `INPUT FORWARD OUTPUT PREROUTING`, followed by another INPUT, the
 * first three are a whole table (filter).
 */
export function moveStrays(table: DraftTable, next: DraftTable): void {
  if (table.name !== null || hasUserChain(table)) return;
  const names = [...table.chains.keys()];
  for (const name of names.slice(wholeTableAt(names))) {
    const chain = table.chains.get(name);
    if (chain === undefined) continue;
    table.chains.delete(name);
    next.chains.set(name, chain);
  }
}

/** The first rule that jumps to each chain, and how many do. */
export function jumpsOf({ chains }: DraftTable): ReadonlyMap<string, { readonly first: Rule; readonly count: number }> {
  const jumps = new Map<string, { first: Rule; count: number }>();
  for (const { rules } of chains.values()) {
    for (const rule of rules) {
      for (const target of rule.targets) {
        if (target.kind !== 'jump' && target.kind !== 'goto') continue;
        const known = jumps.get(target.chain);
        if (known === undefined) jumps.set(target.chain, { first: rule, count: 1 });
        else known.count += 1;
      }
    }
  }
  return jumps;
}

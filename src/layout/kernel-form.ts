import type { Family } from '../model/family.ts';
import { type Chain, type Hook, IPTABLES_TABLES, type Rule, type Table } from '../model/ruleset.ts';
import { inPrintOrder } from '../print/iptables/index.ts';
import type { DraftRule, TableDraft } from './draft.ts';

/** The tables of one family, by name, while they are being programmed. */
export type Drafts = Readonly<Record<'raw' | 'mangle' | 'nat' | 'filter', TableDraft>>;

const TABLE_NAMES = ['raw', 'mangle', 'nat', 'filter'] as const;

/**
 * The tables as the kernel would show them: built-in chains of a used table with policy accept, user-defined chains in
 * alphabetical order after them, and the matches of a rule in the order in which iptables prints them.
 */
export function iptablesTables(family: Family, drafts: Drafts): Table[] {
  return TABLE_NAMES.filter((name) => drafts[name].registered).map((name) => ({
    backend: 'iptables',
    family,
    name,
    chains: chainsOf(name, drafts[name]),
  }));
}

function chainsOf(table: string, draft: TableDraft): Chain[] {
  const bases = Object.entries(IPTABLES_TABLES[table] ?? {}).map(([name, base]) => ({
    name,
    base: { ...base, hook: name as Hook, policy: 'accept' as const },
    rules: finished(draft.chains.get(name) ?? []),
  }));
  const own = [...draft.chains.keys()].filter((name) => !bases.some((base) => base.name === name)).sort();
  return [...bases, ...own.map((name) => ({ name, rules: finished(draft.chains.get(name) ?? []) }))];
}

/** The rules of a chain with their places. */
function finished(rules: readonly DraftRule[]): Rule[] {
  return rules.map((rule, position) => ({
    index: position + 1,
    matches: inPrintOrder(rule.matches),
    targets: rule.targets,
    origin: { source: 'expected', line: 0 },
    text: '',
  }));
}

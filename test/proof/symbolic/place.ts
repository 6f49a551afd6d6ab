import type { Chain, Hook, Rule, Ruleset, Table } from '../../../src/model/ruleset.ts';

/** What a base chain is for: it decides which targets the kernel takes there. */
export type Purpose = 'raw' | 'mangle' | 'nat' | 'filter';

/** Where a rule stands, and from where packets come to it. */
export interface Place {
  readonly table: Table;
  readonly chain: Chain;
  /** 0-based position in the chain. */
  readonly at: number;
  readonly rule: Rule;
  readonly purpose: Purpose;
  readonly hook: Hook;
}

/** Every rule of a ruleset. Chains that nothing jumps to count as chains of OUTPUT. */
export function placesOf({ tables }: Ruleset): Place[] {
  return tables.flatMap((table) =>
    table.chains.flatMap((chain) =>
      chain.rules.map((rule, at): Place => ({ table, chain, at, rule, ...useOf(table, chain, new Set()) })),
    ),
  );
}

function useOf(table: Table, chain: Chain, seen: Set<Chain>): Pick<Place, 'purpose' | 'hook'> {
  if (chain.base) return { purpose: purposeOf(table, chain), hook: chain.base.hook };
  seen.add(chain);
  const caller = table.chains.find((other) => !seen.has(other) && other.rules.some((rule) => leadsTo(rule, chain)));
  return caller ? useOf(table, caller, seen) : { purpose: purposeOf(table, chain), hook: 'OUTPUT' };
}

function leadsTo({ targets }: Rule, { name }: Chain): boolean {
  return targets.some((target) => (target.kind === 'jump' || target.kind === 'goto') && target.chain === name);
}

function purposeOf({ name }: Table, { base }: Chain): Purpose {
  if (base?.type === 'nat' || name === 'nat') return 'nat';
  if (base === undefined || name === 'raw' || name === 'mangle') return name === 'raw' ? 'raw' : 'mangle';
  if (base.priority <= -200) return 'raw';
  return base.priority < 0 ? 'mangle' : 'filter';
}

/** The ruleset with other rules in a chain, counted anew. */
export function withRules(ruleset: Ruleset, chain: Chain, rules: readonly Rule[]): Ruleset {
  const changed = { ...chain, rules: rules.map((rule, i) => ({ ...rule, index: i + 1 })) };
  return {
    tables: ruleset.tables.map((table) => ({
      ...table,
      chains: table.chains.map((one) => (one === chain ? changed : one)),
    })),
  };
}

import type { Match } from '../model/match.ts';
import { remembered } from '../model/remembered.ts';
import type { Chain, Rule, RuleReference, Table } from '../model/ruleset.ts';
import { describeAction } from './describe.ts';
import { decidesCapture, reference } from './hooks.ts';
import { matchesOf } from './merged-ports.ts';
import { type Semantics, semanticsOf } from './semantics.ts';

/** A rule with everything about it that is the same for all packets. */
export interface PreparedRule {
  readonly where: RuleReference;
  readonly semantics: Semantics;
  /** The conditions that its semantics make of its matches. */
  readonly matches: readonly Match[];
  /** For each of its targets the chain that it leads to, if there is one. */
  readonly into: readonly (PreparedChain | undefined)[];
}

/** A chain whose rules are prepared when the first packet comes. */
export class PreparedChain {
  readonly chain: Chain;
  readonly #table: PreparedTable;
  #rules: readonly PreparedRule[] | null = null;

  constructor(table: PreparedTable, chain: Chain) {
    this.chain = chain;
    this.#table = table;
  }

  get rules(): readonly PreparedRule[] {
    this.#rules ??= this.chain.rules.map((rule) => prepareRule(this.#table, this.chain, rule));
    return this.#rules;
  }
}

/** A table that many packets will meet: what it says of all its rules is worked out once, and where they jump to. */
export class PreparedTable {
  readonly table: Table;
  /** Whether letting a packet go here decides its capture. */
  readonly decides: boolean;
  readonly #chains: ReadonlyMap<Chain, PreparedChain>;
  readonly #names: ReadonlyMap<string, PreparedChain>;

  constructor(table: Table) {
    this.table = table;
    this.decides = decidesCapture(table);
    this.#chains = new Map(table.chains.map((chain) => [chain, new PreparedChain(this, chain)]));
    this.#names = new Map([...this.#chains].map(([{ name }, chain]) => [name, chain]));
  }

  /** One of the table's own chains. */
  of(chain: Chain): PreparedChain {
    return this.#chains.get(chain) ?? new PreparedChain(this, chain);
  }

  /** The chain of that name. */
  named(name: string): PreparedChain | undefined {
    return this.#names.get(name);
  }
}

function prepareRule(table: PreparedTable, chain: Chain, rule: Rule): PreparedRule {
  const semantics = semanticsOf(table.table, rule);
  return {
    where: reference(table.table, chain, rule),
    semantics,
    matches: matchesOf(rule, semantics),
    into: rule.targets.map((target) => ('chain' in target ? table.named(target.chain) : undefined)),
  };
}

/** The table, prepared once for as long as it is in use. */
export const prepared = remembered((table: Table) => new PreparedTable(table));

/** What a rule does when it matches, in a few words, made once for all packets. */
export const actionOf = remembered((rule: Rule) => describeAction(rule));

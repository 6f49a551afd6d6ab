import type { Match } from '../model/match.ts';
import type { Chain, Rule, RuleReference, Table } from '../model/ruleset.ts';
import { describeAction } from './describe.ts';
import { decidesCapture, reference } from './hooks.ts';
import { matchesOf } from './merged-ports.ts';
import { type Semantics, semanticsOf } from './semantics.ts';

/** A rule with its place and the conditions that its table's semantics make of its matches. */
export interface PreparedRule {
  readonly where: RuleReference;
  readonly matches: readonly Match[];
}

/** A table whose rules many packets will meet: what is the same for all of them is worked out once. */
export class PreparedTable {
  readonly table: Table;
  readonly semantics: Semantics;
  /** Whether letting a packet go here decides its capture. */
  readonly decides: boolean;
  readonly #chains: ReadonlyMap<string, Chain>;
  readonly #rules = new Map<Chain, readonly PreparedRule[]>();

  constructor(table: Table) {
    this.table = table;
    this.semantics = semanticsOf(table);
    this.decides = decidesCapture(table);
    this.#chains = new Map(table.chains.map((chain) => [chain.name, chain]));
  }

  /** The chain that a rule of the table jumps to. */
  chain(name: string): Chain | undefined {
    return this.#chains.get(name);
  }

  /** The rules of a chain of the table; they are prepared when the first packet comes. */
  rules(chain: Chain): readonly PreparedRule[] {
    let rules = this.#rules.get(chain);
    if (rules === undefined) {
      rules = chain.rules.map((rule) => this.#prepare(chain, rule));
      this.#rules.set(chain, rules);
    }
    return rules;
  }

  #prepare(chain: Chain, rule: Rule): PreparedRule {
    return { where: reference(this.table, chain, rule), matches: matchesOf(rule, this.semantics) };
  }
}

const tables = new WeakMap<Table, PreparedTable>();

/** The table, prepared once for as long as it is in use. */
export function prepared(table: Table): PreparedTable {
  let known = tables.get(table);
  if (known === undefined) {
    known = new PreparedTable(table);
    tables.set(table, known);
  }
  return known;
}

const actions = new WeakMap<Rule, string>();

/** What a rule does when it matches, in a few words, made once for all packets. */
export function actionOf(rule: Rule): string {
  let action = actions.get(rule);
  if (action === undefined) {
    action = describeAction(rule);
    actions.set(rule, action);
  }
  return action;
}

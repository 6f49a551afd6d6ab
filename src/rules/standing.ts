import type { Chain, Rule, RuleReference } from '../model/ruleset.ts';
import { canonical } from './canonical.ts';
import type { Home } from './edits.ts';
import { insertions } from './positions.ts';

/** A rule where it is by the time of a command. */
export interface Standing {
  readonly rule: Rule;
  /** What it does, in the form in which rules are compared. */
  readonly text: string;
  /** The number that it was read with; a rule that a command wrote has one that nobody knows. */
  readonly handle?: number;
}

/** The chains of a pod as the commands so far leave them, so that positions can be counted in them. */
export class StandingRules {
  readonly #chains = new Map<Chain, Standing[]>();

  /** The rules of a chain, to be changed as the commands do. */
  of({ table, chain }: Home): Standing[] {
    const known = this.#chains.get(chain);
    if (known) return known;
    const rules = chain.rules.map((rule) => standing({ table, chain }, rule));
    this.#chains.set(chain, rules);
    return rules;
  }
}

function standing({ table, chain }: Home, rule: Rule): Standing {
  const text = canonical(table, chain, rule);
  return { rule, text, ...(rule.handle === undefined ? {} : { handle: rule.handle }) };
}

/** A rule of Istio's as a command writes it into the chain of that name. */
export function written({ table, chain }: Home, rule: Rule): Standing {
  return { rule, text: canonical(table, chain, rule) };
}

/**
 * Where rules of one expected chain, rising in it, have to be put into the pod's, from 0 and one after the other: each
 * after the closest one that Istio writes before it.
 */
export function placesFor(wanted: readonly RuleReference[], rules: readonly Standing[]): number[] {
  const [first] = wanted;
  if (first === undefined) return [];
  return insertions(
    textsOf(first),
    rules.map(({ text }) => text),
    wanted.map(({ rule }) => rule.index - 1),
  );
}

/** The rules of an expected chain in the form in which rules are compared. */
export function textsOf(home: Home): string[] {
  return home.chain.rules.map((rule) => written(home, rule).text);
}

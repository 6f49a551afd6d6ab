import type { RuleReference } from '../../model/ruleset.ts';
import { alikeKey } from './alike.ts';

/** How far the rules that decide are told apart: each of them, those that are not alike, or not at all. */
export type Detail = 'rules' | 'alike' | 'outcomes';

/** Numbers for the rules that decide, equal for those that are not told apart. */
export class Deciders {
  readonly detail: Detail;
  readonly #numbers = new Map<object | string, number>();
  readonly #numbered = new Map<object, number>();
  readonly #rules: RuleReference[][] = [];

  constructor(detail: Detail) {
    this.detail = detail;
  }

  /** -1 for no rule, and for all rules where none is told apart. */
  number(where: RuleReference | null): number {
    if (where === null || this.detail === 'outcomes') return -1;
    const known = this.#numbered.get(where.rule);
    if (known !== undefined) return known;
    const number = this.#group(this.detail === 'rules' ? where.rule : alikeKey(where));
    this.#numbered.set(where.rule, number);
    this.#rules[number]?.push(where);
    return number;
  }

  /** All rules that decide something and have the number of this one, itself included. */
  like(where: RuleReference | null): readonly RuleReference[] {
    return this.#rules[this.number(where)] ?? [];
  }

  #group(key: object | string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#rules.push([]);
    this.#numbers.set(key, this.#rules.length - 1);
    return this.#rules.length - 1;
  }
}

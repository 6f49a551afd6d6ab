import type { NamedSet, SetElement } from '../../model/named-set.ts';
import { renderExpression } from './render.ts';
import type { Expression, ListedSet } from './syntax.ts';

/** A named set while it is read. */
export interface SetDraft {
  readonly name: string;
  readonly type: string;
  readonly flags: readonly string[];
  readonly comment: string | null;
  /** Null when they are not plain values. */
  readonly elements: readonly DraftElement[] | null;
  /** Whether a timeout stands on the set or one of its elements. */
  readonly expires: boolean;
}

/** An element of a set while it is read. */
export interface DraftElement {
  readonly value: Expression;
  readonly comment: string | null;
}

/** A map, or what is left of a set that was cut off: rules that name it stay opaque. */
export const UNKNOWN_SET: ListedSet = { declared: null, elements: null };

/** The selectors whose values look like those of a set's type. */
const SELECTORS: Readonly<Record<string, readonly string[]>> = {
  mark: ['meta', 'mark'],
  ifname: ['meta', 'iifname'],
};

/**
 * A named set as both forms of a listing give it. nft 1.0.6 leaves the flag `timeout` out of its text and `dynamic` out
 * of its JSON, so a set counts as changing by itself when either says so.
 */
export function listedSet({ name, type, flags, comment, elements, expires }: SetDraft): ListedSet {
  const changes = expires || flags.some((flag) => flag === 'dynamic' || flag === 'timeout');
  const known = changes ? null : elements;
  const selector = Object.hasOwn(SELECTORS, type) ? (SELECTORS[type] ?? []) : [];
  const declared: NamedSet = {
    name,
    type,
    flags,
    ...(comment !== null && { comment }),
    elements: known === null ? null : known.map((element) => setElement(element, selector)),
  };
  return { declared, elements: known === null ? null : known.map(({ value }) => value) };
}

function setElement({ value, comment }: DraftElement, selector: readonly string[]): SetElement {
  return { value: renderExpression(value, selector), ...(comment !== null && { comment }) };
}

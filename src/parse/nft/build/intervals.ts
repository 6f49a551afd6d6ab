import type { Expression } from '../syntax.ts';
import type { Condition, Scene } from './condition.ts';

/** An inclusive range of values. */
export interface Interval {
  readonly from: bigint;
  readonly to: bigint;
}

/** How the values of a field are written. */
export interface Domain {
  readonly maximum: bigint;
  /** The number a single value stands for, or null. */
  point(text: string): bigint | null;
  /** `value/length`, where the field knows prefixes. */
  prefix?(text: string): Interval | null;
}

/** The values a condition compares with, and whether it is inverted. */
export interface Values {
  readonly negated: boolean;
  readonly intervals: readonly Interval[];
}

/** The values of a condition, in the order listed; null when they cannot be told (unknown names, changing sets). */
export function valuesOf(condition: Condition, domain: Domain, scene: Scene): Values | null {
  const intervals = intervalsOf(condition.right, domain, scene);
  const only = intervals?.length === 1 ? intervals[0] : undefined;
  switch (condition.comparison) {
    case '==':
    case '!=':
      return intervals && { negated: condition.comparison === '!=', intervals };
    case '<':
      return between(0n, only && only.from - 1n);
    case '<=':
      return between(0n, only?.from);
    case '>':
      return between(only && only.from + 1n, domain.maximum);
    case '>=':
      return between(only?.from, domain.maximum);
    case 'in':
    case '!':
      return null;
  }
}

function between(from: bigint | undefined, to: bigint | undefined): Values | null {
  return from === undefined || to === undefined || from > to ? null : { negated: false, intervals: [{ from, to }] };
}

/** Larger named sets stay opaque: each rule that names one would carry a copy of it. */
const SET_LIMIT = 4096;

function intervalsOf(right: Expression, domain: Domain, scene: Scene): Interval[] | null {
  if (right.kind === 'value' && isReference(right)) {
    const elements = scene.sets.get(right.text.slice(1))?.elements ?? null;
    return elements && elements.length <= SET_LIMIT ? allOf(elements, domain) : null;
  }
  return right.kind === 'set' ? allOf(right.parts, domain) : allOf([right], domain);
}

/** Whether a value is the name of a set: `@name`. */
export function isReference({ text, quoted }: Extract<Expression, { kind: 'value' }>): boolean {
  return text.startsWith('@') && !quoted;
}

function allOf(parts: readonly Expression[], domain: Domain): Interval[] | null {
  const intervals: Interval[] = [];
  for (const part of parts) {
    const interval = part.kind === 'value' ? intervalOf(part.text, domain) : null;
    if (interval === null) return null;
    intervals.push(interval);
  }
  return intervals.length === 0 ? null : intervals;
}

function intervalOf(text: string, domain: Domain): Interval | null {
  const single = domain.point(text);
  if (single !== null) return inside({ from: single, to: single }, domain);
  if (text.includes('/')) return domain.prefix?.(text) ?? null;
  const dash = text.indexOf('-');
  const [from, to] = dash < 0 ? [null, null] : [domain.point(text.slice(0, dash)), domain.point(text.slice(dash + 1))];
  return from === null || to === null ? null : inside({ from, to }, domain);
}

function inside(interval: Interval, domain: Domain): Interval | null {
  return interval.from <= interval.to && interval.to <= domain.maximum ? interval : null;
}

/** The intervals in ascending order, with those joined that overlap or touch. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const next of intervals.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const last = merged.at(-1);
    if (last === undefined || next.from > last.to + 1n) merged.push(next);
    else if (next.to > last.to) merged[merged.length - 1] = { from: last.from, to: next.to };
  }
  return merged;
}

/** A non-negative number in decimal or hex, as nft writes it; null for anything else. */
export function unsigned(text: string): bigint | null {
  return /^(?:0x[0-9a-fA-F]{1,16}|[0-9]{1,20})$/.test(text) ? BigInt(text) : null;
}

/** A domain of plain numbers up to `maximum`. */
export function numbers(maximum: bigint): Domain {
  return { maximum, point: unsigned };
}

/** The mask of the low `bits` bits that turns an interval into a block, or null when it is not aligned to one. */
export function blockMask(interval: Interval, bits: number): bigint | null {
  const full = (1n << BigInt(bits)) - 1n;
  const differing = interval.from ^ interval.to;
  const aligned = (differing & (differing + 1n)) === 0n && (interval.from & differing) === 0n;
  return aligned ? full ^ differing : null;
}

import type { Match } from '../../../model/match.ts';
import type { Condition, Resolver } from './condition.ts';
import { blockMask, type Domain, type Interval, unsigned, valuesOf } from './intervals.ts';

const FULL = 0xffffffffn;

/** nft prints an aligned block of marks as a prefix: `meta mark 0x00000100/24`. */
const MARKS: Domain = {
  maximum: FULL,
  point: unsigned,
  prefix: (text) => {
    const [value, length] = text.split('/');
    const [from, bits] = [unsigned(value ?? ''), unsigned(length ?? '')];
    if (from === null || bits === null || bits > 32n) return null;
    const low = (1n << (32n - bits)) - 1n;
    return { from: from & (FULL ^ low), to: from | low };
  },
};

/** `meta mark` and `ct mark`: `(mark & mask) === value`. Several values only inverted, one match each. */
export function markResolver(kind: 'mark' | 'connmark'): Resolver {
  return (condition, scene) => {
    if (condition.mask !== null) return maskedMark(condition, kind);
    const values = valuesOf(condition, MARKS, scene);
    if (values === null || (values.intervals.length > 1 && !values.negated)) return null;
    const matches = values.intervals.map((interval) => blockMark(interval, kind, values.negated));
    return matches.every((match) => match !== null) ? matches : null;
  };
}

function blockMark(interval: Interval, kind: 'mark' | 'connmark', negated: boolean): Match | null {
  const mask = blockMask(interval, 32);
  return mask === null ? null : { kind, negated, value: Number(interval.from), mask: Number(mask) };
}

function maskedMark(condition: Condition, kind: 'mark' | 'connmark'): Match[] | null {
  const { mask, right, comparison } = condition;
  if (mask?.kind !== 'value' || right.kind !== 'value' || (comparison !== '==' && comparison !== '!=')) return null;
  const [bits, value] = [unsigned(mask.text), unsigned(right.text)];
  if (bits === null || value === null || bits > FULL || value > FULL) return null;
  return [{ kind, negated: comparison === '!=', value: Number(value), mask: Number(bits) }];
}

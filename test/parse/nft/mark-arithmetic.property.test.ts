import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/model/target.ts';
import { parseOneRule } from './recordings.ts';

const bits = fc.integer({ min: 0, max: 0xffffffff });

/** An expression as nft writes it, and what it computes. */
interface Computed {
  readonly text: string;
  readonly value: (mark: number, connmark: number) => number;
}

const hex = (number: number): string => `0x${number.toString(16)}`;

const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  '&': (a, b) => (a & b) >>> 0,
  '|': (a, b) => (a | b) >>> 0,
  '^': (a, b) => (a ^ b) >>> 0,
  and: (a, b) => (a & b) >>> 0,
  or: (a, b) => (a | b) >>> 0,
  xor: (a, b) => (a ^ b) >>> 0,
};

const source = fc.constantFrom<Computed>(
  { text: 'meta mark', value: (mark) => mark },
  { text: 'mark', value: (mark) => mark },
  { text: 'ct mark', value: (_, connmark) => connmark },
);

/** A mark with constants folded in one after the other, each step in parentheses. */
const computed = fc
  .tuple(source, fc.array(fc.tuple(fc.constantFrom(...Object.keys(operators)), bits), { maxLength: 5 }))
  .map(([start, steps]) =>
    steps.reduce<Computed>(
      ({ text, value }, [operator, operand]) => ({
        text: `( ${text} ) ${operator} ${hex(operand)}`,
        value: (mark, connmark) => operators[operator]?.(value(mark, connmark), operand) ?? 0,
      }),
      start,
    ),
  );

/** What the targets do, by the definitions of the model. */
function run(targets: readonly Target[], mark: number, connmark: number): { mark: number; connmark: number } {
  const now = { mark, connmark };
  const change = (old: number, value: number, mask: number): number => ((old & ~mask) ^ value) >>> 0;
  for (const target of targets) {
    if (target.kind === 'mark') now.mark = change(now.mark, target.value, target.mask);
    else if (target.kind === 'connmark-set') now.connmark = change(now.connmark, target.value, target.mask);
    else if (target.kind === 'connmark-save')
      now.connmark = change(now.connmark, now.mark & target.nfmask, target.ctmask);
    else if (target.kind === 'connmark-restore')
      now.mark = change(now.mark, now.connmark & target.ctmask, target.nfmask);
    else throw new Error(`unexpected ${target.kind}`);
  }
  return now;
}

describe('an assignment to a mark', () => {
  it('does what nft computes', () => {
    fc.assert(
      fc.property(
        computed,
        fc.constantFrom('meta mark', 'ct mark'),
        bits,
        bits,
        ({ text, value }, key, mark, connmark) => {
          const { targets } = parseOneRule(`${key} set ${text}`);
          const after = value(mark, connmark);
          expect(run(targets, mark, connmark)).toEqual(
            key === 'meta mark' ? { mark: after, connmark } : { mark, connmark: after },
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('(m & A) | O is the change with value O and mask ~A | O', () => {
    fc.assert(
      fc.property(bits, bits, (kept, value) => {
        const { targets } = parseOneRule(`ct mark set ct mark & ${hex(kept)} | ${hex(value)}`);
        expect(targets).toEqual([{ kind: 'connmark-set', value, mask: (~kept | value) >>> 0 }]);
      }),
    );
  });

  it('binds & tighter than ^ and ^ tighter than |, as nft does', () => {
    fc.assert(
      fc.property(bits, bits, bits, bits, (a, b, c, mark) => {
        const { targets } = parseOneRule(`meta mark set ${hex(a)} | meta mark ^ ${hex(b)} & ${hex(c)}`);
        expect(run(targets, mark, 0).mark).toBe((a | (mark ^ (b & c))) >>> 0);
      }),
    );
  });

  it('joins both marks where their bits do not meet, and claims nothing where they do', () => {
    expect(parseOneRule('ct mark set ct mark & 0xffff0000 | meta mark & 0xffff').targets).toEqual([
      { kind: 'connmark-save', nfmask: 0xffff, ctmask: 0xffff },
    ]);
    expect(parseOneRule('ct mark set ct mark | meta mark').targets[0]?.kind).toBe('unknown');
    expect(parseOneRule('meta mark set meta mark << 8').targets[0]?.kind).toBe('unknown');
  });
});

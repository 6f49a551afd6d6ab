import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editsBetween } from '../../src/rules/sequence.ts';

const sequence = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 14 });

describe('the edits between two sequences', () => {
  it('turn one into the other', () => {
    fc.assert(
      fc.property(sequence, sequence, (live, expected) => {
        const { extra, missing } = editsBetween(live, expected);
        const kept = live.filter((_, at) => !extra.includes(at));
        const merged = expected.map((element, at) => (missing.includes(at) ? element : kept.shift()));
        expect(merged).toEqual(expected);
        expect(kept).toEqual([]);
      }),
    );
  });

  it('are as few as can be', () => {
    fc.assert(
      fc.property(sequence, sequence, (live, expected) => {
        const { extra, missing } = editsBetween(live, expected);
        expect(extra.length + missing.length).toBe(live.length + expected.length - 2 * common(live, expected));
      }),
    );
  });

  it('come in no more time for many equal elements', () => {
    const live = Array.from({ length: 50_000 }, (_, at) => (at % 2 === 0 ? 'a' : `b${at}`));
    const start = performance.now();
    const { extra, missing } = editsBetween(live, ['x', ...live.toReversed()]);
    expect(extra.length).toBe(missing.length - 1);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

/** Length of the longest common subsequence, by the textbook's table. */
function common(a: readonly string[], b: readonly string[]): number {
  let row = Array<number>(b.length + 1).fill(0);
  for (const element of a) {
    const next = [0];
    for (const [at, other] of b.entries()) {
      next.push(element === other ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

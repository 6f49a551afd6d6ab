import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insertions, misplaced } from '../../src/rules/positions.ts';

/** Does to a chain what the positions say: takes the misplaced rules out, and puts them where they belong. */
function mended(expected: readonly string[], live: readonly string[]): string[] {
  const moved = misplaced(expected, live);
  const standing = live.filter((_, at) => !moved.live.includes(at));
  const result = [...standing];
  insertions(expected, standing, moved.expected).forEach((position, nth) => {
    result.splice(position, 0, expected[moved.expected[nth] ?? -1] ?? '');
  });
  return result;
}

describe('rules out of order', () => {
  it.each([
    ['one too early', 'abcd', 'dabc', 'd'],
    ['one too late', 'abcd', 'bcda', 'a'],
    ['two swapped at the end', 'abcd', 'abdc', 'c'],
    ['with a rule of others between', 'abc', 'cxab', 'c'],
    ['none', 'abc', 'axbc', ''],
    ['one that is missing is no matter of order', 'abc', 'ca', 'c'],
  ])('%s', (_, expected, live, moved) => {
    const found = misplaced([...expected], [...live]);
    expect(found.expected).toHaveLength(moved.length);
    expect(mended([...expected], [...live]).filter((rule) => expected.includes(rule))).toEqual(
      [...expected].filter((rule) => live.includes(rule)),
    );
  });

  it('are in order afterwards, whatever the order was and whatever stands between', () => {
    const chain = fc.uniqueArray(fc.integer({ min: 0, max: 99 }).map(String), { maxLength: 12 });
    fc.assert(
      fc.property(
        chain,
        fc.array(fc.integer({ min: 100, max: 110 }).map(String), { maxLength: 4 }),
        fc.func(fc.nat()),
        (expected, others, rank) => {
          const live = [...expected, ...others].toSorted((a, b) => rank(a) - rank(b));
          const result = mended(expected, live);
          expect(result.filter((rule) => expected.includes(rule))).toEqual(expected);
          expect(result.filter((rule) => !expected.includes(rule))).toEqual(
            live.filter((rule) => !expected.includes(rule)),
          );
        },
      ),
      { seed: 20_260_701, numRuns: 200 },
    );
  });
});

describe('insertions', () => {
  it('stand behind the closest rule that Istio writes before them', () => {
    expect(insertions([...'abcd'], [...'ad'], [1, 2])).toEqual([1, 2]);
    expect(insertions([...'abcd'], [], [0, 1])).toEqual([0, 1]);
    expect(insertions([...'abcd'], [...'xbx'], [0, 2])).toEqual([0, 3]);
  });
});

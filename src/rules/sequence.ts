/** What turns one sequence into another: positions to delete from the first, positions of the second to insert. */
export interface Edits {
  readonly extra: readonly number[];
  readonly missing: readonly number[];
}

/** A pair of equal elements, by their positions. */
interface Pair {
  readonly live: number;
  readonly expected: number;
}

/** Above this many pairs of one element its occurrences are paired in order only, which keeps the work linear. */
const MOST_PAIRS = 64;

/**
 * The fewest deletions and insertions that turn `live` into `expected` (Hunt and Szymanski's longest common
 * subsequence, n log n). For an element that stands very often in both the answer may be longer than needed, never wrong.
 */
export function editsBetween(live: readonly string[], expected: readonly string[]): Edits {
  const head = commonHead(live, expected);
  const tail = commonTail(live, expected, head);
  const kept = longestCommon(live.slice(head, live.length - tail), expected.slice(head, expected.length - tail));
  return {
    extra: others(head, live.length - tail, new Set(kept.map((pair) => pair.live + head))),
    missing: others(head, expected.length - tail, new Set(kept.map((pair) => pair.expected + head))),
  };
}

function commonHead(a: readonly string[], b: readonly string[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length += 1;
  return length;
}

function commonTail(a: readonly string[], b: readonly string[], head: number): number {
  const most = Math.min(a.length, b.length) - head;
  let length = 0;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length += 1;
  return length;
}

function others(from: number, to: number, kept: ReadonlySet<number>): number[] {
  return Array.from({ length: to - from }, (_, offset) => from + offset).filter((position) => !kept.has(position));
}

function longestCommon(live: readonly string[], expected: readonly string[]): Pair[] {
  const positions = positionsOf(expected);
  const inLive = positionsOf(live);
  const seen = new Map<string, number>();
  const pairs: Pair[] = [];
  for (const [at, element] of live.entries()) {
    const occurrence = seen.get(element) ?? 0;
    seen.set(element, occurrence + 1);
    for (const partner of partners(element, occurrence, positions, inLive)) pairs.push({ live: at, expected: partner });
  }
  return longestRising(pairs, (pair) => pair.expected);
}

/** Where in `expected` an element may be paired, last position first: no two of them may follow each other. */
function partners(
  element: string,
  occurrence: number,
  positions: ReadonlyMap<string, readonly number[]>,
  inLive: ReadonlyMap<string, readonly number[]>,
): readonly number[] {
  const all = positions.get(element) ?? [];
  if (all.length * (inLive.get(element)?.length ?? 0) <= MOST_PAIRS) return all.toReversed();
  const partner = all[occurrence];
  return partner === undefined ? [] : [partner];
}

function positionsOf(elements: readonly string[]): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  for (const [at, element] of elements.entries()) {
    const known = positions.get(element);
    if (known === undefined) positions.set(element, [at]);
    else known.push(at);
  }
  return positions;
}

/** A longest subsequence whose values rise strictly (patience sorting, n log n). */
export function longestRising<T>(items: readonly T[], measure: (item: T) => number): T[] {
  const before: number[] = [];
  /** `ends[n]`: of the rising subsequences of length n + 1, where the one ends whose last value is the least. */
  const ends: number[] = [];
  const values = items.map(measure);
  for (const [at, value] of values.entries()) {
    const length = firstNotBelow(value, ends, values);
    before.push(ends[length - 1] ?? -1);
    ends[length] = at;
  }
  const rising: T[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) rising.push(items[at] as T);
  return rising.reverse();
}

function firstNotBelow(value: number, ends: readonly number[], values: readonly number[]): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[ends[middle] ?? 0] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

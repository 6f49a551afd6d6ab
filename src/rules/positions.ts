import { longestRising } from './sequence.ts';

/** Rules of a chain that are out of order, by their positions (from 0) in the pod's chain and in Istio's. */
export interface Misplaced {
  readonly live: readonly number[];
  readonly expected: readonly number[];
}

/**
 * The fewest rules of a chain that have to be moved so that all that `expected` has are in its order: those outside a
 * longest common subsequence. Rules of others, and those that are not there, stay out of it.
 */
export function misplaced(expected: readonly string[], live: readonly string[]): Misplaced {
  const pairs = pairsOf(expected, live);
  const staying = new Set(longestRising(pairs, ({ live: at }) => at));
  const moved = pairs.filter((pair) => !staying.has(pair));
  return { live: moved.map((pair) => pair.live), expected: moved.map((pair) => pair.expected) };
}

interface Pair {
  readonly live: number;
  readonly expected: number;
}

/** Equal rules of both chains, the first with the first and so on, in the expected order. */
function pairsOf(expected: readonly string[], live: readonly string[]): Pair[] {
  const places = new Map<string, number[]>();
  live.forEach((text, at) => {
    const known = places.get(text);
    if (known) known.push(at);
    else places.set(text, [at]);
  });
  return expected.flatMap((text, at) => {
    const place = places.get(text)?.shift();
    return place === undefined ? [] : [{ live: place, expected: at }];
  });
}

/**
 * Where rules of a chain have to be inserted, from 0 and one after the other: each after the closest rule that Istio
 * writes before it and that is there by then. `wanted` are their positions in `expected`, rising.
 */
export function insertions(
  expected: readonly string[],
  standing: readonly string[],
  wanted: readonly number[],
): number[] {
  const last = new Map(standing.map((text, at) => [text, at]));
  const behind: number[] = [];
  let closest = -1;
  for (const text of expected) {
    behind.push(closest);
    closest = last.get(text) ?? closest;
  }
  const anchors = wanted.map((at) => behind[at] ?? -1);
  return anchors.map((anchor, nth) => anchor + 1 + countUpTo(anchor, anchors, nth));
}

/** How many of the first anchors are not after the one given: what was inserted there has moved it. Mostly all. */
function countUpTo(anchor: number, anchors: readonly number[], count: number): number {
  let earlier = 0;
  for (let at = 0; at < count; at += 1) if ((anchors[at] ?? 0) <= anchor) earlier += 1;
  return earlier;
}

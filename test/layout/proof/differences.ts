import { isDeepStrictEqual } from 'node:util';

/** Longest piece of either side that is shown. */
const SHOWN = 400;

/** Nothing when both are the same, else one line that says where they part. */
export function same(where: string, actual: unknown, wanted: unknown): string[] {
  if (isDeepStrictEqual(actual, wanted)) return [];
  const [a, b] = [actual, wanted].map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  const at = [...(b ?? '')].findIndex((letter, i) => letter !== a?.[i]);
  const from = Math.max(0, at - 60);
  return [`${where}: ${a?.slice(from, from + SHOWN)}\n  instead of ${b?.slice(from, from + SHOWN)}`];
}

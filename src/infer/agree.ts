/** The elements in order, each once. */
export function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** The value that most votes are for, if it has more than half of them. */
export function majority<T>(votes: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  return [...counts].find(([, count]) => count * 2 > votes.length)?.[0];
}

/**
 * One list from what each family shows. An exemption in one family alone is no input but a fault, unless it is one
 * that Istio makes by default: then its twin got lost.
 */
export function commonExemptions<T>(lists: readonly (readonly T[])[], usual: ReadonlySet<T> = new Set()): T[] {
  const sets = lists.map((list) => new Set(list));
  const base = longest(lists);
  const lost = [...usual].filter((value) => !base.includes(value) && sets.some((set) => set.has(value)));
  return [...base.filter((value) => usual.has(value) || sets.every((set) => set.has(value))), ...lost];
}

/** One list from what each family shows, where the lack of a value is the more serious fault. */
export function allCaptured<T>(lists: readonly (readonly T[])[]): T[] {
  const base = longest(lists);
  const known = new Set(base);
  return [...base, ...unique(lists.flat()).filter((value) => !known.has(value))];
}

function longest<T>(lists: readonly (readonly T[])[]): readonly T[] {
  return lists.reduce<readonly T[]>((best, list) => (list.length > best.length ? list : best), []);
}

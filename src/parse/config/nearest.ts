const LONGEST = 40;

/** The candidate that a mistyped word most likely means, or null when none is close. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (word.length > LONGEST) return null;
  const letters = normal(word);
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(letters, normal(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, letters.length / 3) ? best.candidate : null;
}

/** Flags and variables spell the same words with other separators and case. */
function normal(word: string): string {
  return word.replaceAll(/[-_]/g, '').toLowerCase();
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

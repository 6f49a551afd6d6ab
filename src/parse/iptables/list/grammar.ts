/** Words of a listing turned back into options, and the position after them. */
export interface Translation {
  readonly args: readonly string[];
  readonly next: number;
}

/**
 * Reads what a module prints, beginning at the word `at` (its keyword). `negated`: a `!` stood before it. Null when the words are not
 * what the module prints; nothing is guessed then.
 */
export type Translate = (words: readonly string[], at: number, negated: boolean) => Translation | null;

/** `!53` and `53`, as modules that glue the negation print it. */
export function splitNot(word: string): { readonly not: readonly string[]; readonly value: string } {
  return word.startsWith('!') ? { not: ['!'], value: word.slice(1) } : { not: [], value: word };
}

/** The value at `at`, or after a lone `!` there, with what follows it. */
export function valueAt(
  words: readonly string[],
  at: number,
): { readonly not: readonly string[]; readonly value: string; readonly next: number } | null {
  const lone = words[at] === '!';
  const word = words[lone ? at + 1 : at];
  if (word === undefined) return null;
  const { not, value } = splitNot(word);
  return value === '' ? null : { not: lone ? ['!'] : not, value, next: at + (lone ? 2 : 1) };
}

/** A text between double quotes, which may contain blanks; it ends with the first word that ends with a quote. */
export function quotedAt(
  words: readonly string[],
  at: number,
): { readonly value: string; readonly next: number } | null {
  if (words[at]?.startsWith('"') !== true) return null;
  for (let end = at; end < words.length; end += 1) {
    const word = words[end] ?? '';
    if (word.endsWith('"') && (end > at || word.length > 1)) {
      return {
        value: words
          .slice(at, end + 1)
          .join(' ')
          .slice(1, -1),
        next: end + 1,
      };
    }
  }
  return null;
}

/** Keywords that are followed by one value, possibly negated: `length !40` is `-m length ! --length 40`. */
export function oneValue(module: string, option: string, ...keywords: readonly string[]): Translate {
  return (words, at, negated) => {
    if (!keywords.every((keyword, i) => words[at + i] === keyword)) return null;
    const found = valueAt(words, at + keywords.length);
    if (found === null) return null;
    const not = negated ? ['!'] : found.not;
    return { args: ['-m', module, ...not, option, found.value], next: found.next };
  };
}

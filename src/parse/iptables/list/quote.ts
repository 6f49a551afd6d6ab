/** Words joined to text that splits into the same words again. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/^[^\s"'\\]+$/.test(word) ? word : `"${word.replace(/["\\']/g, '\\$&')}"`)).join(' ');
}

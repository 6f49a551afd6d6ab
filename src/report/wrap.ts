/**
 * Breaks a text into lines of at most `width` characters: at white space, or inside a word that is longer than a line.
 * Always gives at least one line.
 */
export function wrap(text: string, width: number): string[] {
  return filled(
    text.split(/\s+/).flatMap((part) => pieces(part, width)),
    width,
  );
}

/** What stands between backticks is one word, as long as somebody may have to paste it. */
const WORDS = /[^\s`]*`[^`]{1,300}`[^\s`]*|\S+/g;

/** Like `wrap`, but commands between backticks are not broken: one that is longer than a line has a line of its own. */
export function wrapProse(text: string, width: number): string[] {
  const words = text.match(WORDS) ?? [];
  return filled(
    words.flatMap((word) => (word.includes('`') ? [word] : pieces(word, width))),
    width,
  );
}

/** Like `wrap`, but a word that is longer than a line is never broken: names that somebody may have to paste. */
export function wholeWords(text: string, width: number): string[] {
  return filled(text.match(/\S+/g) ?? [], width);
}

function filled(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  if (word.length <= width) return word === '' ? [] : [word];
  // By code points, so that no character is cut in half.
  const characters = [...word];
  const count = Math.ceil(characters.length / width);
  return Array.from({ length: count }, (_, part) => characters.slice(part * width, (part + 1) * width).join(''));
}

/** The lines, indented. */
export function indent(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => `${' '.repeat(columns)}${line}`);
}

/** The lines with a label in front of the first, and blanks of its column's width in front of the others. */
export function labelled(label: string, column: number, lines: readonly string[]): string[] {
  return lines.map((line, index) => `${(index === 0 ? label : '').padEnd(column)}${line}`);
}

/** At most `limit` characters, the last of them `…` when something was cut off. */
export function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

const SPACE = 32;
const TAB = 9;
const DOUBLE = 34;
const SINGLE = 39;
const BACKSLASH = 92;

/**
 * The words of one line, in parallel lists that serve line after line: they never shrink, because a list that is cut
 * is allocated anew, so what lies beyond `count` is left from lines before. Positions are offsets in the whole text.
 */
export class Words {
  count = 0;
  readonly values: string[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  /** The word at a position, if there are so many. */
  at(index: number): string | undefined {
    return index < this.count ? this.values[index] : undefined;
  }

  /** Offset of the word at a position, or after the last when there are not so many. */
  start(index: number): number {
    return index < this.count ? (this.starts[index] ?? 0) : this.end();
  }

  /** Offset after the last word; 0 without words. */
  end(): number {
    return this.ends[this.count - 1] ?? 0;
  }

  /** Adds a word after the others. */
  put(value: string, start: number, end: number): void {
    this.values[this.count] = value;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count += 1;
  }

  /** Makes two words of the one at `index`: up to and from the given offsets in it. */
  split(index: number, to: number, from: number): void {
    const value = this.values[index] ?? '';
    const start = this.starts[index] ?? 0;
    const end = this.ends[index] ?? start;
    this.values.splice(index, 1, value.slice(0, to), value.slice(from));
    this.starts.splice(index, 1, start, Math.min(end, start + from));
    this.ends.splice(index, 1, start + to, end);
    this.count += 1;
  }
}

/**
 * Splits `text` from `from` to `to` into words: by blanks, with double quotes in which `\` escapes one character (what
 * iptables-restore reads) and single quotes as a shell has them. iptables-save never leaves a bare `'`, so both fit in one grammar.
 * Returns the offset of a quote that is not closed, or -1.
 */
export function splitWords(text: string, from: number, to: number, words: Words): number {
  words.count = 0;
  let at = from;
  while (true) {
    while (at < to && isBlank(text.charCodeAt(at))) at += 1;
    if (at >= to) return -1;
    const plain = plainEnd(text, at, to);
    if (plain === to || isBlank(text.charCodeAt(plain))) {
      words.put(text.slice(at, plain), at, plain);
      at = plain;
    } else {
      const end = quotedWord(text, at, to, words);
      if (end < 0) return -end - 1;
      at = end;
    }
  }
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Where the run of characters that are neither blank nor quote ends. */
function plainEnd(text: string, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code === SPACE || code === TAB || code === DOUBLE || code === SINGLE) break;
    at += 1;
  }
  return at;
}

/** Reads a word with quotes in it; returns its end, or -(offset of the open quote) - 1. */
function quotedWord(text: string, from: number, to: number, words: Words): number {
  let value = '';
  let at = from;
  while (at < to && !isBlank(text.charCodeAt(at))) {
    const code = text.charCodeAt(at);
    if (code === DOUBLE || code === SINGLE) {
      const close = closingQuote(text, at + 1, to, code);
      if (close < 0) return -at - 1;
      const inside = text.slice(at + 1, close);
      value += code === DOUBLE && inside.includes('\\') ? inside.replace(/\\(.)/gs, '$1') : inside;
      at = close + 1;
    } else {
      const end = plainEnd(text, at, to);
      value += text.slice(at, end);
      at = end;
    }
  }
  words.put(value, from, at);
  return at;
}

function closingQuote(text: string, from: number, to: number, quote: number): number {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === BACKSLASH && quote === DOUBLE) at += 1;
  }
  return -1;
}

/** Whether the word at `index` is an option (`-j`, `--dport`): begins with a dash that is not quoted, and is not a lone dash. */
export function isOption(text: string, words: Words, index: number): boolean {
  const start = words.starts[index] ?? 0;
  return text.charCodeAt(start) === 45 && (words.at(index)?.length ?? 0) > 1;
}

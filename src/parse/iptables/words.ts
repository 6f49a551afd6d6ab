const SPACE = 32;
const TAB = 9;
const DOUBLE = 34;
const SINGLE = 39;
const BACKSLASH = 92;

/** The words of one line, kept as parallel lists that are reused from line to line. Positions are offsets in the whole text. */
export interface Words {
  readonly values: string[];
  readonly starts: number[];
  readonly ends: number[];
}

/** Empty lists to be filled by `splitWords`. */
export function noWords(): Words {
  return { values: [], starts: [], ends: [] };
}

/**
 * Splits `text` from `from` to `to` into words: by blanks, with double quotes in which `\` escapes one character (what
 * iptables-restore reads) and single quotes as a shell has them. iptables-save never leaves a bare `'`, so both fit in one grammar.
 * Returns the offset of a quote that is not closed, or -1.
 */
export function splitWords(text: string, from: number, to: number, words: Words): number {
  let at = from;
  let count = 0;
  while (true) {
    while (at < to && isBlank(text.charCodeAt(at))) at += 1;
    if (at >= to) return finish(words, count, -1);
    const plain = plainEnd(text, at, to);
    if (plain === to || isBlank(text.charCodeAt(plain))) {
      put(words, count, text.slice(at, plain), at, plain);
      at = plain;
    } else {
      const end = quotedWord(text, at, to, words, count);
      if (end < 0) return finish(words, count, -end - 1);
      at = end;
    }
    count += 1;
  }
}

/** Lists are cut at the end and not emptied at the start: an emptied array would be allocated anew for every line. */
function finish(words: Words, count: number, result: number): number {
  words.values.length = count;
  words.starts.length = count;
  words.ends.length = count;
  return result;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function put(words: Words, index: number, value: string, start: number, end: number): void {
  words.values[index] = value;
  words.starts[index] = start;
  words.ends[index] = end;
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
function quotedWord(text: string, from: number, to: number, words: Words, index: number): number {
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
  put(words, index, value, from, at);
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
  return text.charCodeAt(start) === 45 && (words.values[index]?.length ?? 0) > 1;
}

import { type Numbering, numberIn } from '../../lines.ts';

/** A piece of nft text. `symbol`: braces, operators, separators; `broken`: a string whose closing quote is missing. */
export interface Token {
  readonly kind: 'word' | 'string' | 'symbol' | 'newline' | 'end' | 'broken';
  /** Strings without their quotes. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Offsets in the input, quotes included. */
  readonly start: number;
  readonly end: number;
}

/** Hands out the tokens of a text one by one, so that a large listing never stands in memory as tokens. */
export interface Lexer {
  next(): Token;
  /** Gives the last token back; the following `next()` returns it again. */
  back(token: Token): void;
  /** The number that `nft -a` printed after the token, if it is the last of its rule. */
  handleBehind(token: Token): number | undefined;
  /** The input line that holds the token. */
  lineOf(token: Token): string;
}

const BLANK = /(?:[ \t\r\f\v]+|\\\r?\n|#[^\n]*)+/y;
const WORD = /[^\s{}();,=#"&|^<>!\\]+/y;
const STRING = /"[^"\n]*"/y;
const HANDLE = /[ \t]*# handle ([1-9][0-9]{0,14})[ \t\r]*(?=\n|$)/y;
const SYMBOL = /==|!=|<=|>=|<<|>>|[^\n]/y;

/** A lexer over nft text. Comments (`# …`) are skipped, so warnings and handles never get in the way. */
export function createLexer(text: string, numbering?: Numbering): Lexer {
  let offset = 0;
  let line = 1;
  let lineStart = 0;
  let pending: Token | null = null;

  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = offset;
    return pattern.exec(text)?.[0] ?? null;
  };
  const token = (kind: Token['kind'], raw: string, shown = raw): Token => {
    const start = offset;
    offset += raw.length;
    return { kind, text: shown, line: numberIn(numbering, line), column: start - lineStart + 1, start, end: offset };
  };
  const skipBlanks = (): void => {
    const blanks = match(BLANK);
    if (blanks === null) return;
    for (let at = blanks.indexOf('\n'); at >= 0; at = blanks.indexOf('\n', at + 1)) {
      line += 1;
      lineStart = offset + at + 1;
    }
    offset += blanks.length;
  };
  const newline = (): Token => {
    const found = token('newline', '\n');
    line += 1;
    lineStart = offset;
    return found;
  };
  const quoted = (): Token => {
    const string = match(STRING);
    if (string !== null) return token('string', string, string.slice(1, -1));
    return token('broken', text.slice(offset, endOfLine(text, offset)));
  };
  const read = (): Token => {
    skipBlanks();
    if (offset >= text.length) return token('end', '');
    if (text[offset] === '\n') return newline();
    if (text[offset] === '"') return quoted();
    const word = match(WORD);
    return word === null ? token('symbol', match(SYMBOL) ?? '') : token('word', word);
  };

  return {
    next: () => {
      const found = pending ?? read();
      pending = null;
      return found;
    },
    back: (given) => {
      pending = given;
    },
    handleBehind: (given) => {
      HANDLE.lastIndex = given.end;
      const digits = HANDLE.exec(text)?.[1];
      return digits === undefined ? undefined : Number(digits);
    },
    lineOf: (given) => {
      // A window, not the line: a hostile line may be megabytes long and have an error in every word.
      const before = text.slice(Math.max(0, given.start - WINDOW), given.start);
      const after = text.slice(given.start, given.start + WINDOW);
      return before.slice(before.lastIndexOf('\n') + 1) + after.slice(0, endOfLine(after, 0));
    },
  };
}

/** Characters of a line that are shown on each side of a token. */
const WINDOW = 200;

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

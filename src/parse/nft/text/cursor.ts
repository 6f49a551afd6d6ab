import type { Token } from './lexer.ts';

/** What is there in place of what was expected. Never leaves the reader: a rule that raises it is kept as unknown. */
export class Unexpected extends Error {
  readonly token: Token | undefined;
  /** `form`: known words in a wrong order; `word`: a statement that we do not know. */
  readonly reason: 'form' | 'word';

  constructor(expected: string, token: Token | undefined, reason: 'form' | 'word' = 'form') {
    super(
      `expected ${expected}, found ${token === undefined ? 'the end of the rule' : `'${token.text.slice(0, 60)}'`}`,
    );
    this.token = token;
    this.reason = reason;
  }
}

/** Braces and parentheses deeper than this are no rule that nft would print. */
export const MAX_DEPTH = 32;

/** Reads the tokens of one rule. */
export class Cursor {
  readonly tokens: readonly Token[];
  position = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get done(): boolean {
    return this.position >= this.tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.position + ahead];
  }

  /** Whether the next token is this word or symbol. */
  at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token !== undefined && token.text === text && (token.kind === 'word' || token.kind === 'symbol');
  }

  /** Takes the next token if it is this word or symbol. */
  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.position += 1;
    return true;
  }

  /** Takes the next token, which must be a word (or also a string). */
  word(expected: string, stringToo = false): string {
    const token = this.peek();
    if (token === undefined || !(token.kind === 'word' || (stringToo && token.kind === 'string'))) {
      throw new Unexpected(expected, token);
    }
    this.position += 1;
    return token.text;
  }

  expect(text: string): void {
    if (!this.take(text)) throw new Unexpected(`'${text}'`, this.peek());
  }

  /** The text of the tokens from a position on, up to another one. */
  textFrom(start: number, end = this.tokens.length): string {
    return joinTokens(this.tokens.slice(start, end));
  }
}

/** The tokens as one line: blanks between two tokens become one, quotes are put back. */
export function joinTokens(tokens: readonly Token[]): string {
  let text = '';
  let end = tokens[0]?.start ?? 0;
  for (const token of tokens) {
    if (token.start > end) text += ' ';
    text += token.kind === 'string' ? `"${token.text}"` : token.text;
    end = token.end;
  }
  return text;
}

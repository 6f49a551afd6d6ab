import type { Reporter } from '../reporter.ts';
import type { Lexer, Token } from './lexer.ts';

/** What the readers of a text listing share. */
export interface TextReader {
  readonly lexer: Lexer;
  readonly report: Reporter;
}

/** Says that something else was expected where the token stands. */
export function refuse(reader: TextReader, token: Token, expected: string): null {
  const atEnd = token.kind === 'end' || token.kind === 'newline';
  const found = atEnd ? 'the end of the line' : `'${token.text.slice(0, 60)}'`;
  reader.report.error(token, `expected ${expected}, found ${found}`, reader.lexer.lineOf(token));
  return null;
}

/** Says that a block ends too early, and gives the token back to whoever stands outside. */
export function unclosed(reader: TextReader, token: Token, what: string, first: Token): void {
  const found = token.kind === 'end' ? 'the input ends' : `'${token.text}' begins`;
  const message = `${what} (line ${first.line}) is not closed: expected '}' before ${found}`;
  reader.report.error(token, message, reader.lexer.lineOf(token));
  reader.lexer.back(token);
}

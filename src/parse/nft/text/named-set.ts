import type { Expression, ListedSet } from '../syntax.ts';
import { Cursor, Unexpected } from './cursor.ts';
import { parseSet } from './expression.ts';
import type { Token } from './lexer.ts';
import { takeStatement } from './lines.ts';
import { type TextReader, unclosed } from './reader.ts';

/** A named set or map, its header up to `{` having been read. */
export function parseNamedSet(reader: TextReader, keyword: 'set' | 'map', first: Token): ListedSet {
  let elements: readonly Expression[] | null = [];
  let changes = keyword === 'map';
  for (let token = reader.lexer.next(); ; token = reader.lexer.next()) {
    if (token.kind === 'newline' || token.text === ';') continue;
    if (token.kind === 'symbol' && token.text === '}') break;
    if (token.kind === 'end' || token.text === 'chain' || token.text === 'table') {
      unclosed(reader, token, `${keyword} ${first.text}`, first);
      return { elements: null };
    }
    const tokens = takeStatement(reader.lexer, token);
    if (token.text === 'elements') elements = parseElements(reader, tokens);
    if (token.text === 'flags') changes ||= tokens.some((word) => /\b(?:dynamic|timeout)\b/.test(word.text));
  }
  return { elements: changes ? null : elements };
}

function parseElements(reader: TextReader, tokens: readonly Token[]): readonly Expression[] | null {
  const cursor = new Cursor(tokens);
  try {
    cursor.expect('elements');
    cursor.expect('=');
    const set = parseSet(cursor);
    return set.kind === 'set' ? set.parts : null;
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    const token = error.token ?? tokens.at(-1);
    if (token) reader.report.error(token, `${error.message} in the elements of a set`, reader.lexer.lineOf(token));
    return null;
  }
}

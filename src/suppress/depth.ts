import { Lexer } from 'yaml';

/** An entry is a list in a mapping in a mapping in a list. */
const DEEPEST = 8;
const WIDEST_INDENT = 64;

/**
 * The offset where a text goes deeper than any list of entries does; null where it never does. The parser calls itself
 * for each level, and V8 ends the whole process where that takes its last memory, so it is not even asked.
 */
export function tooDeep(text: string): number | null {
  let [offset, brackets, inLine] = [0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    if (token === '\n') inLine = 0;
    else if (token === '-' || token === '?') inLine += 1;
    else if (token === '[' || token === '{') brackets += 1;
    else if (token === ']' || token === '}') brackets -= 1;
    const indent = /^ +$/.test(token) ? token.length : 0;
    if (Math.max(brackets, inLine) > DEEPEST || indent > WIDEST_INDENT) return offset;
    if (!MARKS.has(token)) offset += token.length;
  }
  return null;
}

/** What the lexer puts between the tokens of a text: begin of a document, of a scalar, of an error, and of flow ends. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);

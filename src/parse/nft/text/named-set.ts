import { type DraftElement, listedSet, type SetDraft, UNKNOWN_SET } from '../named-set.ts';
import type { ListedSet } from '../syntax.ts';
import { Cursor, joinTokens, Unexpected } from './cursor.ts';
import { parseElements } from './expression.ts';
import type { Token } from './lexer.ts';
import { takeStatement } from './lines.ts';
import { refuse, type TextReader, unclosed } from './reader.ts';

/** A named set or map, after its header up to `{`. */
export function parseNamedSet(reader: TextReader, keyword: 'set' | 'map', first: Token): ListedSet {
  let draft: SetDraft = { name: first.text, type: '', flags: [], comment: null, elements: [], expires: false };
  for (let token = reader.lexer.next(); ; token = reader.lexer.next()) {
    if (token.kind === 'newline' || token.text === ';') continue;
    if (token.kind === 'symbol' && token.text === '}') break;
    if (token.kind === 'end' || token.text === 'chain' || token.text === 'table') {
      unclosed(reader, token, `${keyword} ${first.text}`, first);
      return UNKNOWN_SET;
    }
    draft = { ...draft, ...readLine(reader, takeStatement(reader, token), draft) };
  }
  return keyword === 'map' ? UNKNOWN_SET : listedSet(draft);
}

function readLine(reader: TextReader, tokens: readonly Token[], draft: SetDraft): Partial<SetDraft> {
  const [keyword, ...rest] = tokens;
  switch (keyword?.text) {
    case 'type':
      return { type: joinTokens(rest) };
    case 'typeof':
      return { type: joinTokens(tokens) };
    case 'flags':
      return { flags: rest.filter((token) => token.kind === 'word').map((token) => token.text) };
    case 'comment':
      return rest[0]?.kind === 'string' ? { comment: rest[0].text } : {};
    case 'timeout':
      return { expires: true };
    case 'elements':
      return readElements(reader, tokens, draft);
    default:
      if (keyword !== undefined && !/^[a-z]/.test(keyword.text)) refuse(reader, keyword, 'a line of a set');
      return {};
  }
}

function readElements(reader: TextReader, tokens: readonly Token[], draft: SetDraft): Partial<SetDraft> {
  const cursor = new Cursor(tokens);
  try {
    cursor.expect('elements');
    cursor.expect('=');
    const { elements, isMap } = parseElements(cursor);
    const expires = draft.expires || elements.some(({ attributes }) => isTimed(attributes));
    return { elements: isMap ? null : elements.map(draftElement), expires };
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    const token = error.token ?? tokens.at(-1);
    if (token) reader.report.error(token, `${error.message} in the elements of a set`, reader.lexer.lineOf(token));
    return { elements: null };
  }
}

function isTimed(attributes: readonly Token[]): boolean {
  return attributes.some(({ kind, text }) => kind === 'word' && (text === 'timeout' || text === 'expires'));
}

function draftElement({ value, attributes }: ReturnType<typeof parseElements>['elements'][number]): DraftElement {
  const at = attributes.findIndex(({ kind, text }) => kind === 'word' && text === 'comment');
  const comment = at < 0 ? undefined : attributes[at + 1];
  return { value, comment: comment?.kind === 'string' ? comment.text : null };
}

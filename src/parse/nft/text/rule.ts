import type { Reporter } from '../reporter.ts';
import type { ListedRule, Statement } from '../syntax.ts';
import { Cursor, joinTokens, Unexpected } from './cursor.ts';
import type { Lexer, Token } from './lexer.ts';
import { parseStatement } from './statement.ts';

/** A rule from its tokens. What cannot be read is kept as one unknown statement up to the end of the rule. */
export function parseRule(tokens: readonly Token[], lexer: Lexer, report: Reporter): ListedRule {
  const cursor = new Cursor(tokens);
  const statements: Statement[] = [];
  const shown: Token[] = [];
  while (!cursor.done) {
    const start = cursor.position;
    const statement = readStatement(cursor, lexer, report);
    statements.push(statement);
    if (statement.kind !== 'counter') for (const token of tokens.slice(start, cursor.position)) shown.push(token);
  }
  reportGarbled(tokens, lexer, report);
  const last = tokens.at(-1);
  const handle = last && lexer.handleBehind(last);
  const text = joinTokens(shown);
  return { line: tokens[0]?.line ?? 0, statements, ...(handle !== undefined && { handle }), text, gap: hasGap(tokens) };
}

/** What nft never prints outside of quotes: dots in place of what somebody left out, and characters beyond ASCII. */
const GARBLED = /\.\.\.|[^\x20-\x7e]/u;

function reportGarbled(tokens: readonly Token[], lexer: Lexer, report: Reporter): void {
  const garbled = tokens.find(({ kind, text }) => kind !== 'string' && GARBLED.test(text));
  if (garbled === undefined) return;
  report.error(garbled, 'a rule that was garbled, or of which something was left out', lexer.lineOf(garbled));
}

function readStatement(cursor: Cursor, lexer: Lexer, report: Reporter): Statement {
  const start = cursor.position;
  try {
    return parseStatement(cursor);
  } catch (error) {
    if (!(error instanceof Unexpected)) throw error;
    complain(error, cursor, lexer, report);
    cursor.position = cursor.tokens.length;
    return { kind: 'unknown', subject: 'target', raw: cursor.textFrom(start) };
  }
}

/** What a statement may begin with, for lines that were cut off in the midst of a word. */
const STARTS =
  'accept comment continue counter ct dnat drop goto iifname ip ip6 jump log masquerade meta notrack oifname redirect reject return skgid skuid snat tcp tproxy udp xt'.split(
    ' ',
  );

/** Whether a word may be one of nft's that we do not know: not one with other characters in it, and not the first part of one that we know. */
function mayBeNew({ text }: Token): boolean {
  return /^[a-z][a-z0-9_-]*$/.test(text) && !STARTS.some((start) => start !== text && start.startsWith(text));
}

/** A statement we do not know may be nft's own and newer than we are: a note. A known one in a wrong form is an error. */
function complain(error: Unexpected, cursor: Cursor, lexer: Lexer, report: Reporter): void {
  const token = error.token ?? cursor.tokens.at(-1);
  if (token === undefined) return;
  const column = error.token === undefined ? token.column + (token.end - token.start) : token.column;
  const position = { line: token.line, column };
  const text = lexer.lineOf(token);
  if (error.reason === 'word' && mayBeNew(token)) report.note(position, `${error.message}; kept as unknown`, text);
  else report.error(position, `${error.message}; the rest of the rule is kept as unknown`, text);
}

/** Whether two tokens of one line stand more than one blank apart. */
function hasGap(tokens: readonly Token[]): boolean {
  return tokens.some((token, position) => {
    const previous = tokens[position - 1];
    return previous !== undefined && previous.line === token.line && token.start - previous.end > 1;
  });
}

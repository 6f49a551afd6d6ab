import { parsePriority } from '../priority.ts';
import type { ListedBase, ListedChain, ListedRule } from '../syntax.ts';
import type { Token } from './lexer.ts';
import { takeStatement } from './lines.ts';
import { type TextReader, unclosed } from './reader.ts';
import { parseRule } from './rule.ts';

/** A chain, after its header up to `{`. */
export function parseChain(reader: TextReader, name: string, first: Token): ListedChain {
  const { amounts } = reader.report;
  amounts.add('chains', first.line);
  const rules: ListedRule[] = [];
  let base: ListedBase | undefined;
  for (let token = reader.lexer.next(); ; token = reader.lexer.next()) {
    if (token.kind === 'newline' || token.text === ';') continue;
    if (token.kind === 'symbol' && token.text === '}') break;
    if (endsEarly(token)) {
      unclosed(reader, token, `chain ${name}`, first);
      break;
    }
    const tokens = takeStatement(reader, token);
    const word = token.kind === 'word' ? token.text : '';
    if (word === 'type') base = parseBase(reader, tokens) ?? base;
    else if (word === 'policy') base = withPolicy(reader, base, tokens);
    else if (!isDecoration(word, tokens)) {
      amounts.add('rules', token.line);
      rules.push(parseRule(tokens, reader.lexer, reader.report));
    }
  }
  return { name, line: first.line, ...(base && { base }), rules };
}

/** No rule starts with these words: the chain before them was cut off. */
function endsEarly(token: Token): boolean {
  return token.kind === 'end' || (token.kind === 'word' && (token.text === 'chain' || token.text === 'table'));
}

/** The comment, flags and devices of a chain. */
function isDecoration(word: string, tokens: readonly Token[]): boolean {
  if (tokens.length === 0) return true;
  return (word === 'comment' && tokens.length === 2) || word === 'devices' || (word === 'flags' && tokens.length === 2);
}

/** `type filter hook output priority filter - 3`; the policy follows after a semicolon. */
function parseBase(reader: TextReader, tokens: readonly Token[]): ListedBase | undefined {
  const after = (word: string): number => tokens.findIndex((token) => token.text === word) + 1;
  const [type, hook] = [tokens[1]?.text, tokens[after('hook')]?.text];
  const at = after('priority');
  const written = tokens.slice(at).map((token) => token.text);
  const priority = at === 0 ? null : parsePriority(written.join(' '));
  if (type === undefined || hook === undefined || after('hook') === 0 || priority === null) {
    const token = tokens[at === 0 ? tokens.length - 1 : at] ?? tokens.at(-1);
    if (token) reader.report.error(token, `expected 'type T hook H priority P;'`, reader.lexer.lineOf(token));
    return undefined;
  }
  return { type, hook, priority, policy: 'accept' };
}

function withPolicy(
  reader: TextReader,
  base: ListedBase | undefined,
  tokens: readonly Token[],
): ListedBase | undefined {
  const policy = tokens[1]?.text;
  if (base !== undefined && (policy === 'accept' || policy === 'drop')) return { ...base, policy };
  const token = tokens[1] ?? tokens[0];
  if (token) reader.report.error(token, `expected 'policy accept' or 'policy drop'`, reader.lexer.lineOf(token));
  return base;
}

import type { ListedChain, ListedSet, ListedTable } from '../syntax.ts';
import { parseChain } from './chain.ts';
import type { Token } from './lexer.ts';
import { skipStatement, takeStatement } from './lines.ts';
import { parseNamedSet } from './named-set.ts';
import { refuse, type TextReader, unclosed } from './reader.ts';

const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']);

/** A table, after the word `table`; null when its header is not one. */
export function parseTable(reader: TextReader): ListedTable | null {
  const header = takeHeader(reader, 'table');
  if (header === null) return null;
  const [family, name] = FAMILIES.has(header.words[0] ?? '') ? header.words : ['ip', header.words[0]];
  if (name === undefined || family === undefined) return refuse(reader, header.first, `'table FAMILY NAME {'`);
  reader.report.amounts.add('tables', header.first.line);
  const chains: ListedChain[] = [];
  const sets = new Map<string, ListedSet>();
  const dormant = parseBody(reader, { name, chains, sets, first: header.first });
  return { family, name, line: header.first.line, dormant: dormant ? 'yes' : 'no', chains, sets, form: 'text' };
}

interface Body {
  readonly name: string;
  readonly chains: ListedChain[];
  readonly sets: Map<string, ListedSet>;
  readonly first: Token;
}

/** Reads up to the closing brace. Returns whether the table is dormant. */
function parseBody(reader: TextReader, body: Body): boolean {
  let dormant = false;
  for (let token = reader.lexer.next(); ; token = reader.lexer.next()) {
    if (token.kind === 'newline' || token.text === ';') continue;
    if (token.kind === 'symbol' && token.text === '}') return dormant;
    if (token.kind === 'end' || (token.kind === 'word' && token.text === 'table')) {
      unclosed(reader, token, `table ${body.name}`, body.first);
      return dormant;
    }
    dormant = parseItem(reader, token, body) || dormant;
  }
}

/** Objects that say nothing about packets by themselves; rules name them. */
const OBJECTS: ReadonlySet<string> = new Set(
  'counter quota limit ct secmark synproxy flowtable meter comment'.split(' '),
);

/** Reads one item of a table; true for the flag that switches the table off. */
function parseItem(reader: TextReader, token: Token, body: Body): boolean {
  if (token.kind === 'word' && token.text === 'chain') {
    const header = takeHeader(reader, 'chain');
    if (header?.words[0] !== undefined) body.chains.push(parseChain(reader, header.words[0], header.first));
  } else if (token.kind === 'word' && (token.text === 'set' || token.text === 'map')) {
    const header = takeHeader(reader, token.text);
    reader.report.amounts.add('sets', token.line);
    if (header?.words[0] !== undefined) body.sets.set(header.words[0], parseNamedSet(reader, token.text, header.first));
  } else if (token.kind === 'word' && token.text === 'flags') {
    return takeStatement(reader, token).some((word) => word.text === 'dormant');
  } else {
    if (!OBJECTS.has(token.text)) refuse(reader, token, 'chain, set, map or an object');
    skipStatement(reader.lexer, token);
  }
  return false;
}

/** The words between the keyword and `{`; null (and skipped) when there is no brace. */
function takeHeader(reader: TextReader, keyword: string): { words: string[]; first: Token } | null {
  const words: string[] = [];
  const first = reader.lexer.next();
  for (let token = first; ; token = reader.lexer.next()) {
    if (token.kind === 'symbol' && token.text === '{' && words.length > 0) return { words, first };
    if (token.kind !== 'word' && token.kind !== 'string') {
      refuse(reader, token, `'${keyword} … {'`);
      if (token.kind !== 'end') skipStatement(reader.lexer, token);
      return null;
    }
    words.push(token.text);
  }
}

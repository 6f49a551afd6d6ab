import { type Comparison, type Expression, isBitMask, type Statement } from '../syntax.ts';
import { type Cursor, Unexpected } from './cursor.ts';
import { parseAssigned, parseExpression, parseRight, parseSet } from './expression.ts';
import { parseNat, parseTproxy } from './nat.ts';
import { takeSelector } from './selector.ts';
import { takeSideStatement } from './side-statement.ts';

/** The next statement of a rule. Throws `Unexpected`. */
export function parseStatement(cursor: Cursor): Statement {
  const token = cursor.peek();
  if (token === undefined || token.kind === 'broken') throw new Unexpected('a closing quote', token);
  return (token.kind === 'word' ? takeKeyword(cursor, token.text) : null) ?? parseRelation(cursor);
}

function takeKeyword(cursor: Cursor, word: string): Statement | null {
  switch (word) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      cursor.position += 1;
      return { kind: 'verdict', verdict: word };
    case 'jump':
    case 'goto':
      cursor.position += 1;
      return { kind: word, chain: cursor.word('a chain', true) };
    case 'counter':
      return parseCounter(cursor);
    case 'redirect':
    case 'masquerade':
    case 'dnat':
    case 'snat':
      cursor.position += 1;
      return parseNat(cursor, word);
    case 'tproxy':
      cursor.position += 1;
      return parseTproxy(cursor);
    case 'notrack':
      cursor.position += 1;
      return { kind: 'notrack' };
    case 'reject':
      return parseReject(cursor);
    case 'comment':
      cursor.position += 1;
      return { kind: 'comment', text: cursor.word('a comment', true) };
    case 'xt':
      return parseCompatibility(cursor);
    default:
      return takeSideStatement(cursor, word);
  }
}

function parseCounter(cursor: Cursor): Statement {
  cursor.expect('counter');
  if (cursor.take('name')) {
    // A map of names in place of one ends the rule for packets that it has no name for.
    if (cursor.peek()?.kind !== 'string') throw new Unexpected('a name in quotes', cursor.peek());
    return { kind: 'pass', module: 'counter', args: ['name', `"${cursor.word('a name', true)}"`] };
  }
  if (!cursor.take('packets')) return { kind: 'counter', counters: null };
  const packets = count(cursor);
  cursor.expect('bytes');
  return { kind: 'counter', counters: { packets, bytes: count(cursor) } };
}

function count(cursor: Cursor): number {
  const token = cursor.peek();
  const text = cursor.word('a number');
  if (!/^[0-9]{1,20}$/.test(text)) throw new Unexpected('a number', token);
  return Number(text);
}

function parseReject(cursor: Cursor): Statement {
  cursor.expect('reject');
  if (!cursor.take('with')) return { kind: 'reject', reason: null };
  const family = cursor.word('tcp, icmp, icmpv6 or icmpx');
  if (family !== 'tcp') cursor.take('type');
  return { kind: 'reject', reason: `${family} ${cursor.word('a reason')}` };
}

/** A match or target of iptables-nft that nft could not translate: only its name is shown. */
function parseCompatibility(cursor: Cursor): Statement {
  cursor.expect('xt');
  const subject = cursor.word('match or target');
  const name = cursor.word('a name', true);
  return { kind: 'unknown', subject: subject === 'match' ? 'match' : 'target', raw: `xt ${subject} ${name}` };
}

/** A match, an assignment (`meta mark set …`) or a verdict map. */
function parseRelation(cursor: Cursor): Statement {
  const start = cursor.position;
  if (takeSelector(cursor) === null && !cursor.at('(')) throw new Unexpected('a statement', cursor.peek(), 'word');
  cursor.position = start;
  const left = parseLeft(cursor);
  if (cursor.take('vmap')) return verdictMap(cursor, start);
  if (left.kind === 'selector' && cursor.take('set')) {
    return { kind: 'assign', selector: left.words, value: assigned(cursor) };
  }
  return parseComparison(cursor, left);
}

function parseLeft(cursor: Cursor): Expression {
  const first = parseExpression(cursor);
  if (!cursor.at('.')) return first;
  const parts = [first];
  while (cursor.take('.')) parts.push(parseExpression(cursor));
  return { kind: 'concat', parts };
}

function verdictMap(cursor: Cursor, start: number): Statement {
  if (cursor.at('{')) parseSet(cursor);
  else cursor.word('a map');
  return { kind: 'unknown', subject: 'target', raw: cursor.textFrom(start, cursor.position) };
}

/** Generators of values that no packet determines; what follows them belongs to them. */
const GENERATORS: ReadonlySet<string> = new Set(['numgen', 'jhash', 'symhash']);

function assigned(cursor: Cursor): Expression {
  const start = cursor.position;
  const token = cursor.peek();
  if (token?.kind === 'word' && GENERATORS.has(token.text)) throw new Unexpected('a value', token, 'word');
  const expression = parseAssigned(cursor);
  if (!cursor.take('map')) return expression;
  if (cursor.at('{')) parseSet(cursor);
  else cursor.word('a map');
  return { kind: 'raw', text: cursor.textFrom(start, cursor.position) };
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': '==',
  '!=': '!=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '!': '!',
};

function parseComparison(cursor: Cursor, left: Expression): Statement {
  const token = cursor.peek();
  const written = token?.kind === 'symbol' && Object.hasOwn(COMPARISONS, token.text) ? COMPARISONS[token.text] : null;
  if (written) cursor.position += 1;
  const right = parseRight(cursor);
  if (cursor.take('/')) return masked(cursor, left, written ?? '==', right);
  const comparison = written ?? (isBitMask(left) && right.kind !== 'set' ? 'in' : '==');
  return { kind: 'match', comparison, left, right };
}

/** `tcp flags syn / fin,syn,rst,ack` is `tcp flags & (fin | syn | rst | ack) == syn`. */
function masked(cursor: Cursor, left: Expression, comparison: Comparison, right: Expression): Statement {
  const mask = parseRight(cursor);
  return { kind: 'match', comparison, left: { kind: 'binary', operator: '&', left, right: mask }, right };
}

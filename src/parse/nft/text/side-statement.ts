import type { Statement } from '../syntax.ts';
import { type Cursor, Unexpected } from './cursor.ts';

/**
 * Statements that decide nothing about a packet by its fields: they let it go on (log, dup, …) or end the rule by a
 * state of their own (limit, quota, ct count, updates of a set that may be full). Null when none starts here.
 */
export function takeSideStatement(cursor: Cursor, word: string): Statement | null {
  switch (word) {
    case 'log':
      return { kind: 'pass', module: 'log', args: options(cursor, LOG_OPTIONS) };
    case 'dup':
      return { kind: 'pass', module: 'dup', args: options(cursor, DUP_OPTIONS) };
    case 'limit':
      return limit(cursor);
    case 'quota':
      return quota(cursor);
    case 'last':
      return lastUsed(cursor);
    case 'ct':
      return cursor.at('count', 1) ? connectionCount(cursor) : null;
    case 'add':
    case 'update':
    case 'delete':
      return setUpdate(cursor);
    default:
      return null;
  }
}

/** Options with the number of words that follow each of them. */
type Options = Readonly<Record<string, number>>;

const LOG_OPTIONS: Options = { prefix: 1, level: 1, group: 1, snaplen: 1, 'queue-threshold': 1, flags: 1 };
const DUP_OPTIONS: Options = { to: 1, device: 1 };

function options(cursor: Cursor, known: Options): string[] {
  cursor.position += 1;
  const start = cursor.position;
  for (let token = cursor.peek(); token?.kind === 'word' && Object.hasOwn(known, token.text); token = cursor.peek()) {
    cursor.position += 1;
    const option = token.text;
    const first = cursor.word(`a value for ${option}`, true);
    if (option === 'flags' && (first === 'tcp' || first === 'ip')) cursor.word('log flags');
    while (option === 'flags' && cursor.take(',')) cursor.word('log flags');
  }
  return tokensOf(cursor, start);
}

/** The tokens since `start` as arguments; strings keep their quotes, commas stick to the word in front. */
function tokensOf(cursor: Cursor, start: number): string[] {
  return cursor.textFrom(start, cursor.position).match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}

function limit(cursor: Cursor): Statement {
  cursor.position += 1;
  const start = cursor.position;
  if (cursor.take('name')) return named(cursor, 'limit');
  cursor.expect('rate');
  cursor.take('over');
  const amount = cursor.word('a rate');
  if (!amount.includes('/')) cursor.word('a unit');
  if (cursor.take('burst')) {
    cursor.word('a number');
    cursor.word('a unit');
  }
  return { kind: 'test', module: 'limit', args: tokensOf(cursor, start) };
}

function named(cursor: Cursor, module: string): Statement {
  return { kind: 'test', module, args: ['name', `"${cursor.word('a name', true)}"`] };
}

/** How much of a quota is used changes with every packet, as counters do, so it is left out. */
function quota(cursor: Cursor): Statement {
  cursor.position += 1;
  if (cursor.take('name')) return named(cursor, 'quota');
  const start = cursor.position;
  if (!cursor.take('over')) cursor.take('until');
  cursor.word('an amount');
  cursor.word('a unit');
  const args = tokensOf(cursor, start);
  if (cursor.take('used')) {
    cursor.word('an amount');
    cursor.word('a unit');
  }
  return { kind: 'test', module: 'quota', args };
}

/** `last used 3s` changes as counters do: it says when, and decides nothing. */
function lastUsed(cursor: Cursor): Statement {
  cursor.expect('last');
  if (cursor.take('used')) cursor.word('a time');
  return { kind: 'pass', module: 'last', args: [] };
}

function connectionCount(cursor: Cursor): Statement {
  cursor.expect('ct');
  const start = cursor.position;
  cursor.expect('count');
  cursor.take('over');
  cursor.word('a number');
  return { kind: 'test', module: 'ct', args: tokensOf(cursor, start) };
}

/** `add @set { … }`: ends the rule when the set is full or a statement in the braces does. */
function setUpdate(cursor: Cursor): Statement {
  const module = cursor.word('add, update or delete');
  const start = cursor.position;
  if (!cursor.peek()?.text.startsWith('@')) throw new Unexpected('@set', cursor.peek());
  cursor.position += 1;
  cursor.expect('{');
  while (!cursor.take('}')) {
    if (cursor.done || cursor.at('{')) throw new Unexpected(`'}'`, cursor.peek());
    cursor.position += 1;
  }
  return { kind: 'test', module, args: tokensOf(cursor, start) };
}

import type { BinaryOperator, Expression } from '../syntax.ts';
import { type Cursor, MAX_DEPTH, Unexpected } from './cursor.ts';
import type { Token } from './lexer.ts';
import { takeSelector } from './selector.ts';

/** nft's operators by precedence, weakest first; libxtables writes them as words. */
const LEVELS: readonly Readonly<Record<string, BinaryOperator>>[] = [
  { '|': '|', or: '|' },
  { '^': '^', xor: '^' },
  { '&': '&', and: '&' },
  { '<<': '<<', lshift: '<<', '>>': '>>', rshift: '>>' },
];

/** How deep the cursor stands, and whether words such as `tcp` start a selector here or are values. */
interface Spot {
  readonly depth: number;
  readonly selectors: boolean;
}

/** The left side of a match, or a value that is assigned: selectors, values and operators. Throws `Unexpected`. */
export function parseExpression(cursor: Cursor): Expression {
  return parseLevel(cursor, { depth: 0, selectors: true }, 0);
}

function parseLevel(cursor: Cursor, spot: Spot, level: number): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return parsePrimary(cursor, spot);
  let left = parseLevel(cursor, spot, level + 1);
  for (let operator = operatorAt(cursor, operators); operator; operator = operatorAt(cursor, operators)) {
    cursor.position += 1;
    left = { kind: 'binary', operator, left, right: parseLevel(cursor, spot, level + 1) };
  }
  return left;
}

function operatorAt(cursor: Cursor, operators: Readonly<Record<string, BinaryOperator>>): BinaryOperator | undefined {
  const token = cursor.peek();
  if (token === undefined || (token.kind !== 'word' && token.kind !== 'symbol')) return undefined;
  return Object.hasOwn(operators, token.text) ? operators[token.text] : undefined;
}

function parsePrimary(cursor: Cursor, spot: Spot): Expression {
  if (spot.depth > MAX_DEPTH) throw new Unexpected('fewer parentheses', cursor.peek());
  if (cursor.take('(')) {
    const inner = parseLevel(cursor, { ...spot, depth: spot.depth + 1 }, 0);
    cursor.expect(')');
    return inner;
  }
  if (cursor.at('{')) return parseSet(cursor);
  const words = spot.selectors ? takeSelector(cursor) : null;
  return words === null ? parseValue(cursor) : { kind: 'selector', words };
}

/** Words that can only start another statement: a value is missing in front of them. */
const NO_VALUE: ReadonlySet<string> = new Set(['accept', 'drop', 'return', 'jump', 'goto', 'counter', 'comment']);

function parseValue(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (token?.kind === 'string') return quotedValue(cursor);
  if (token?.kind !== 'word' || NO_VALUE.has(token.text)) throw new Unexpected('a value', token);
  cursor.position += 1;
  return { kind: 'value', text: token.text, quoted: false };
}

/** `"eth0"`, or a range of strings such as `"10:00"-"12:00"`. */
function quotedValue(cursor: Cursor): Expression {
  const from = cursor.word('a string', true);
  if (!cursor.at('-') || cursor.peek(1)?.kind !== 'string') return { kind: 'value', text: from, quoted: true };
  cursor.expect('-');
  return { kind: 'value', text: `${from}-${cursor.word('a string', true)}`, quoted: true };
}

/** The right side of a match: values and operators, or several joined by commas (bits of a mask). */
export function parseRight(cursor: Cursor): Expression {
  return parseList(cursor, { depth: 0, selectors: false });
}

/** What is assigned to a selector. */
export function parseAssigned(cursor: Cursor): Expression {
  return parseList(cursor, { depth: 0, selectors: true });
}

function parseList(cursor: Cursor, spot: Spot): Expression {
  const first = parseLevel(cursor, spot, 0);
  if (!cursor.at(',')) return first;
  const parts = [first];
  while (cursor.take(',')) parts.push(parseLevel(cursor, spot, 0));
  return { kind: 'list', parts };
}

/** An element of a set in braces. */
export interface ParsedElement {
  readonly value: Expression;
  /** What it carries besides its value: comment, timeout, counter; in a map also its data. */
  readonly attributes: readonly Token[];
}

/** The elements of a set in braces, which is a map if one of them has data (`key : data`). Throws `Unexpected`. */
export function parseElements(cursor: Cursor): {
  readonly elements: readonly ParsedElement[];
  readonly isMap: boolean;
} {
  cursor.expect('{');
  const elements: ParsedElement[] = [];
  let isMap = false;
  while (!cursor.take('}')) {
    const value = parseElement(cursor);
    const start = cursor.position;
    isMap = skipAttributes(cursor) || isMap;
    elements.push({ value, attributes: cursor.tokens.slice(start, cursor.position) });
    if (!cursor.take(',') && !cursor.at('}')) throw new Unexpected(`',' or '}'`, cursor.peek());
  }
  return { elements, isMap };
}

/** A set in braces. What an element carries besides its value is left out; a map comes back as raw text. */
export function parseSet(cursor: Cursor): Expression {
  const start = cursor.position;
  const { elements, isMap } = parseElements(cursor);
  if (isMap) return { kind: 'raw', text: cursor.textFrom(start, cursor.position) };
  return { kind: 'set', parts: elements.map(({ value }) => value) };
}

function parseElement(cursor: Cursor): Expression {
  const first = parseValue(cursor);
  if (!cursor.at('.')) return first;
  const parts = [first];
  while (cursor.take('.')) parts.push(parseValue(cursor));
  return { kind: 'concat', parts };
}

/** Skips to the end of an element; true when data of a map stood there. */
function skipAttributes(cursor: Cursor): boolean {
  let isMap = false;
  let depth = 0;
  for (let token = cursor.peek(); token !== undefined; token = cursor.peek()) {
    if (depth === 0 && (cursor.at(',') || cursor.at('}'))) return isMap;
    if (cursor.at(':')) isMap = true;
    if (cursor.at('{')) depth += 1;
    if (cursor.at('}')) depth -= 1;
    cursor.position += 1;
  }
  throw new Unexpected(`'}'`, undefined);
}

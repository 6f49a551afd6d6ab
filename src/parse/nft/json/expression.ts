import { type BinaryOperator, type Expression, value } from '../syntax.ts';
import {
  asObject,
  type Json,
  jsonText,
  member,
  numberMember,
  onlyMember,
  stringMember,
  stringsMember,
} from './value.ts';

/** Expressions nested deeper than this are none that nft would print. */
const MAX_DEPTH = 32;

const OPERATORS: Readonly<Record<string, BinaryOperator>> = { '&': '&', '|': '|', '^': '^', '<<': '<<', '>>': '>>' };

/** An expression of libnftables-json(5). Kinds that we do not know become raw text. */
export function jsonExpression(json: Json, depth = 0): Expression {
  if (depth > MAX_DEPTH) return { kind: 'raw', text: '(nested too deeply)' };
  if (typeof json === 'string' || typeof json === 'number') return value(String(json));
  if (typeof json === 'boolean') return value(json ? 'exists' : 'missing');
  if (Array.isArray(json)) return { kind: 'list', parts: json.map((part) => jsonExpression(part, depth + 1)) };
  const only = onlyMember(json);
  return (only && wrapped(only.name, only.json, depth)) ?? { kind: 'raw', text: jsonText(json) };
}

function wrapped(name: string, json: Json, depth: number): Expression | null {
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator !== undefined) return binary(operator, json, depth);
  switch (name) {
    case 'set':
    case 'concat':
      return parts(name, json, depth);
    case 'range':
      return range(json);
    case 'prefix':
      return prefix(json);
    case 'elem':
      return jsonExpression(member(asObject(json), 'val'), depth + 1);
    default: {
      const words = selectorWords(name, json);
      return words === null ? null : { kind: 'selector', words };
    }
  }
}

/** Newer releases write `{"|": [a, b, c]}`; the operators are applied from the left. */
function binary(operator: BinaryOperator, json: Json, depth: number): Expression | null {
  if (!Array.isArray(json) || json.length < 2) return null;
  const operands = json.map((part) => jsonExpression(part, depth + 1));
  return operands.reduce((left, right) => ({ kind: 'binary', operator, left, right }));
}

/** A set; of a map (pairs) only the text is kept. */
function parts(kind: 'set' | 'concat', json: Json, depth: number): Expression | null {
  if (!Array.isArray(json)) return kind === 'set' ? { kind, parts: [jsonExpression(json, depth + 1)] } : null;
  if (kind === 'set' && json.some((part) => Array.isArray(part))) return null;
  return { kind, parts: json.map((part) => jsonExpression(part, depth + 1)) };
}

function range(json: Json): Expression | null {
  if (!Array.isArray(json) || json.length !== 2) return null;
  return value(json.map((end) => (typeof end === 'string' || typeof end === 'number' ? String(end) : '?')).join('-'));
}

function prefix(json: Json): Expression | null {
  const object = asObject(json);
  const address = member(object, 'addr');
  const length = numberMember(object, 'len');
  return length === null || (typeof address !== 'string' && typeof address !== 'number')
    ? null
    : value(`${String(address)}/${length}`);
}

/** The words of a selector as the text form has them, or null when the member is none. */
export function selectorWords(name: string, json: Json): string[] | null {
  const object = asObject(json);
  const key = stringMember(object, 'key');
  switch (name) {
    case 'meta':
    case 'osf':
      return key === null ? null : [name, key];
    case 'socket':
      return key === null ? null : [name, key, ...socketLevel(numberMember(object, 'level'))];
    case 'rt':
      return key === null ? null : [name, ...optional(stringMember(object, 'family')), key];
    case 'ct':
      return key === null ? null : [name, ...optional(stringMember(object, 'dir')), ...key.split(' ')];
    case 'ipsec':
      return key === null ? null : [name, ...optional(stringMember(object, 'dir')), key];
    case 'payload':
      return payload(stringMember(object, 'protocol'), stringMember(object, 'field'), object);
    case 'fib':
      return fib(stringsMember(object, 'flags'), stringMember(object, 'result'));
    case 'tcp option':
    case 'ip option':
      return named([...name.split(' ')], object);
    case 'exthdr':
      return stringMember(object, 'field') === null ? named(['exthdr'], object) : named([], object);
    default:
      return null;
  }
}

function optional(word: string | null): string[] {
  return word === null ? [] : [word];
}

function socketLevel(level: number | null): string[] {
  return level === null ? [] : ['level', String(level)];
}

function payload(protocol: string | null, field: string | null, object: ReturnType<typeof asObject>): string[] | null {
  if (protocol !== null && field !== null) return [protocol, field];
  const base = stringMember(object, 'base');
  const [offset, length] = [numberMember(object, 'offset'), numberMember(object, 'len')];
  return base === null || offset === null || length === null ? null : [`@${base},${offset},${length}`];
}

function fib(flags: readonly string[], result: string | null): string[] | null {
  return result === null ? null : ['fib', flags.join(' . '), result];
}

function named(words: readonly string[], object: ReturnType<typeof asObject>): string[] | null {
  const name = stringMember(object, 'name');
  return name === null ? null : [...words, name, ...optional(stringMember(object, 'field'))];
}

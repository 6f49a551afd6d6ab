import type { Comparison, Statement } from '../syntax.ts';
import { jsonExpression, selectorWords } from './expression.ts';
import { jsonNat, jsonTproxy } from './nat.ts';
import { jsonSideStatement } from './side-statement.ts';
import { asObject, type Json, jsonText, member, numberMember, onlyMember, stringMember } from './value.ts';

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=', 'in', '!']);

/** A statement of libnftables-json(5) in a table of that family. What we do not know is kept as its JSON. */
export function jsonStatement(json: Json, family: string): Statement {
  const only = onlyMember(json);
  const statement = only && (known(only.name, only.json, family) ?? jsonSideStatement(only.name, only.json));
  return statement ?? { kind: 'unknown', subject: 'target', raw: jsonText(json) };
}

function known(name: string, json: Json, family: string): Statement | null {
  switch (name) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      return { kind: 'verdict', verdict: name };
    case 'jump':
    case 'goto':
      return jump(name, json);
    case 'match':
      return match(json);
    case 'counter':
      return counter(json);
    case 'redirect':
    case 'masquerade':
    case 'dnat':
    case 'snat':
      return jsonNat(name, json);
    case 'tproxy':
      return jsonTproxy(json);
    case 'mangle':
      return assign(json);
    case 'notrack':
      return { kind: 'notrack' };
    case 'reject':
      return reject(json, family);
    case 'xt':
      return compatibility(json);
    default:
      return null;
  }
}

function jump(kind: 'jump' | 'goto', json: Json): Statement | null {
  const chain = stringMember(asObject(json), 'target');
  return chain === null ? null : { kind, chain };
}

function match(json: Json): Statement | null {
  const object = asObject(json);
  const comparison = stringMember(object, 'op');
  if (comparison === null || !isComparison(comparison)) return null;
  const left = jsonExpression(member(object, 'left'));
  return { kind: 'match', comparison, left, right: jsonExpression(member(object, 'right')) };
}

function isComparison(text: string): text is Comparison {
  return COMPARISONS.has(text);
}

/** A counter of the rule's own, or the name of one that several rules share. Null for a map of names: without one the rule ends. */
function counter(json: Json): Statement | null {
  if (typeof json === 'string') return { kind: 'pass', module: 'counter', args: ['name', `"${json}"`] };
  const object = asObject(json);
  if (member(object, 'map') !== undefined) return null;
  const [packets, bytes] = [numberMember(object, 'packets'), numberMember(object, 'bytes')];
  return { kind: 'counter', counters: packets === null || bytes === null ? null : { packets, bytes } };
}

function assign(json: Json): Statement | null {
  const object = asObject(json);
  const key = onlyMember(member(object, 'key'));
  const selector = key && selectorWords(key.name, key.json);
  return selector && { kind: 'assign', selector, value: jsonExpression(member(object, 'value')) };
}

/** What `reject` alone means in a family; the text form leaves it out, so we do too. */
const DEFAULT_REASON: Readonly<Record<string, string>> = {
  inet: 'icmpx port-unreachable',
  ip: 'icmp port-unreachable',
  ip6: 'icmpv6 port-unreachable',
};

function reject(json: Json, family: string): Statement {
  const object = asObject(json);
  const type = stringMember(object, 'type');
  const expression = member(object, 'expr');
  const reason = [type, expression].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ');
  return { kind: 'reject', reason: reason === '' || reason === DEFAULT_REASON[family] ? null : reason };
}

/** Matches and targets of iptables-nft show nothing but their name in JSON, so nothing can be said of them. */
function compatibility(json: Json): Statement | null {
  const object = asObject(json);
  const [type, name] = [stringMember(object, 'type'), stringMember(object, 'name')];
  if (type === null || name === null) return null;
  return { kind: 'unknown', subject: type === 'match' ? 'match' : 'target', raw: `xt ${type} ${name}` };
}

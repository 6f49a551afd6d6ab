import type { Statement } from '../syntax.ts';
import { selectorWords } from './expression.ts';
import {
  asObject,
  type Json,
  type JsonObject,
  member,
  numberMember,
  onlyMember,
  stringMember,
  stringsMember,
} from './value.ts';

/** Statements that let packets go on or test a state of their own, with the words of the text form; null for others. */
export function jsonSideStatement(name: string, json: Json): Statement | null {
  const object = asObject(json);
  switch (name) {
    case 'log':
      return { kind: 'pass', module: 'log', args: logArgs(object) };
    case 'dup':
      return dup(object);
    case 'limit':
    case 'quota':
      if (typeof json === 'string') return { kind: 'test', module: name, args: ['name', `"${json}"`] };
      return name === 'limit' ? limit(object) : quota(object);
    case 'last':
      return { kind: 'pass', module: 'last', args: [] };
    case 'ct count':
      return connectionCount(object);
    case 'ct helper':
      return typeof json === 'string'
        ? { kind: 'assign', selector: ['ct', 'helper'], value: { kind: 'value', text: json, quoted: true } }
        : null;
    case 'set':
      return setUpdate(object);
    default:
      return null;
  }
}

function logArgs(object: JsonObject | null): string[] {
  const args: string[] = [];
  const prefix = stringMember(object, 'prefix');
  if (prefix !== null) args.push('prefix', `"${prefix}"`);
  for (const option of ['group', 'snaplen', 'queue-threshold']) {
    const found = numberMember(object, option);
    if (found !== null) args.push(option, String(found));
  }
  const level = stringMember(object, 'level');
  if (level !== null) args.push('level', level);
  return [...args, ...logFlags(stringsMember(object, 'flags'))];
}

/** `["tcp sequence", "tcp options"]` is `flags tcp sequence,options`. */
function logFlags(flags: readonly string[]): string[] {
  const tcp = flags.filter((flag) => flag.startsWith('tcp ')).map((flag) => flag.slice('tcp '.length));
  const others = flags.filter((flag) => !flag.startsWith('tcp '));
  return [
    ...(tcp.length > 0 ? ['flags', 'tcp', tcp.join(',')] : []),
    ...others.flatMap((flag) => ['flags', ...flag.split(' ')]),
  ];
}

function dup(object: JsonObject | null): Statement | null {
  const [address, device] = [stringMember(object, 'addr'), stringMember(object, 'dev')];
  if (address === null) return null;
  return { kind: 'pass', module: 'dup', args: ['to', address, ...(device === null ? [] : ['device', `"${device}"`])] };
}

/** The text form leaves a burst of 5 packets or 0 bytes out. */
function limit(object: JsonObject | null): Statement | null {
  const [rate, burst, per] = [numberMember(object, 'rate'), numberMember(object, 'burst'), stringMember(object, 'per')];
  if (rate === null || per === null) return null;
  const [rateUnit, burstUnit] = [stringMember(object, 'rate_unit'), stringMember(object, 'burst_unit')];
  const over = member(object, 'inv') === true ? ['over'] : [];
  const amount = rateUnit === null ? [`${rate}/${per}`] : [String(rate), `${rateUnit}/${per}`];
  const usual = burst === null || burst === (rateUnit === null ? 5 : 0);
  const tail = usual ? [] : ['burst', String(burst), burstUnit ?? (rateUnit === null ? 'packets' : 'bytes')];
  return { kind: 'test', module: 'limit', args: ['rate', ...over, ...amount, ...tail] };
}

function quota(object: JsonObject | null): Statement | null {
  const [amount, unit] = [numberMember(object, 'val'), stringMember(object, 'val_unit')];
  if (amount === null || unit === null) return null;
  const over = member(object, 'inv') === true ? ['over'] : [];
  return { kind: 'test', module: 'quota', args: [...over, String(amount), unit] };
}

function connectionCount(object: JsonObject | null): Statement | null {
  const limitOf = numberMember(object, 'val');
  if (limitOf === null) return null;
  const over = member(object, 'inv') === true ? ['over'] : [];
  return { kind: 'test', module: 'ct', args: ['count', ...over, String(limitOf)] };
}

/** `add @set { ip saddr }`; with statements or timeouts inside, their text is not rebuilt and the statement is unknown. */
function setUpdate(object: JsonObject | null): Statement | null {
  const [operation, set] = [stringMember(object, 'op'), stringMember(object, 'set')];
  const element = onlyMember(member(object, 'elem'));
  const words = element && selectorWords(element.name, element.json);
  if (operation === null || set === null || !words || member(object, 'stmt') !== undefined) return null;
  return { kind: 'test', module: operation, args: [set, '{', ...words, '}'] };
}

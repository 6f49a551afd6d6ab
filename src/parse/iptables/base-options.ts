import { addressMatch, type BaseOption, familyOf, interfaceMatch, protocolMatch } from './base.ts';
import type { Cursor } from './cursor.ts';
import type { DraftRule } from './draft-rule.ts';

type Plain = Exclude<BaseOption, 'match' | 'jump' | 'goto'>;

/** Reads an option of iptables itself (addresses, interfaces, protocol, -f, -c). False when the rule cannot be read. */
export function readBaseOption(cursor: Cursor, rule: DraftRule, option: Plain, word: string): boolean {
  switch (option) {
    case 'source':
    case 'destination':
      return readAddresses(cursor, rule, option, word);
    case 'in':
    case 'out':
      return readInterface(cursor, rule, option, word);
    case 'protocol':
      return readProtocol(cursor, rule, word);
    case 'fragment':
      rule.base[3] = { kind: 'fragment', negated: cursor.takeNegation() };
      cursor.index += 1;
      return true;
    case 'counters':
      return readCounters(cursor, rule);
  }
}

type Side = 'source' | 'destination';

function readAddresses(cursor: Cursor, rule: DraftRule, side: Side, word: string): boolean {
  const at = cursor.here();
  const value = cursor.take(word);
  if (value === null) return false;
  const negated = cursor.takeNegation();
  if (negated && value.includes(',')) return cursor.fail('"!" cannot stand before a list of addresses', at);
  if (rule[`${side}s`].length > 0) return cursor.fail(`${word} is given twice`, at);
  for (const address of value.split(',')) {
    if (!addAddress(cursor, rule, { side, word, address, negated })) return false;
  }
  cursor.index += 1;
  return true;
}

interface AddressOption {
  readonly side: Side;
  readonly word: string;
  readonly address: string;
  readonly negated: boolean;
}

function addAddress(cursor: Cursor, rule: DraftRule, option: AddressOption): boolean {
  const match = addressMatch(cursor.shared, option.side, option.address, option.negated);
  if (match === null) return addHostName(cursor, rule, option);
  const family = familyOf(match);
  cursor.family ??= family;
  if (family !== cursor.family) {
    return cursor.fail(
      `${option.address} is no ${cursor.family} address, and the table is ${cursor.family}`,
      cursor.here(),
    );
  }
  rule[`${option.side}s`].push(match);
  return true;
}

function addHostName(cursor: Cursor, rule: DraftRule, { side, word, address, negated }: AddressOption): boolean {
  if (!/^[A-Za-z0-9_][\w.-]*(\/[0-9.]+)?$/.test(address) || !/[A-Za-z]/.test(address)) {
    return cursor.fail(`"${address}" is no address, address/length or address/mask`, cursor.here());
  }
  cursor.note(`${address} is a host name: what it stands for is not known here; list the rules with -n`, cursor.here());
  rule[`${side}s`].push({ kind: 'unknown', raw: `${negated ? '! ' : ''}${word} ${address}` });
  return true;
}

function readInterface(cursor: Cursor, rule: DraftRule, option: 'in' | 'out', word: string): boolean {
  const name = cursor.take(word);
  if (name === null) return false;
  const negated = cursor.takeNegation();
  cursor.index += 1;
  if (name === '+' && !negated) return true;
  const kind = option === 'in' ? 'in-interface' : 'out-interface';
  rule.base[option === 'in' ? 0 : 1] = interfaceMatch(cursor.shared, kind, name, negated);
  return true;
}

function readProtocol(cursor: Cursor, rule: DraftRule, word: string): boolean {
  const value = cursor.take(word);
  if (value === null) return false;
  const at = cursor.here();
  const negated = cursor.takeNegation();
  cursor.index += 1;
  const match = protocolMatch(cursor.shared, value, negated);
  if (match === null) return addUnknownProtocol(cursor, rule, { word, value, negated, at });
  if (match.protocol === 0 && !negated) return true;
  rule.base[2] = match;
  rule.protocol = negated ? 0 : match.protocol;
  return true;
}

function addUnknownProtocol(
  cursor: Cursor,
  rule: DraftRule,
  { word, value, negated, at }: { word: string; value: string; negated: boolean; at: number },
): boolean {
  if (!/^[A-Za-z][\w.+-]*$/.test(value)) return cursor.fail(`"${value}" is no protocol name or number 0-255`, at);
  cursor.note(`${value} is a protocol whose number is not known here`, at);
  rule.odd.push({ kind: 'unknown', raw: `${negated ? '! ' : ''}${word} ${value}` });
  return true;
}

function readCounters(cursor: Cursor, rule: DraftRule): boolean {
  const at = cursor.here();
  const [packets, bytes] = cursor.words.values.slice(cursor.index + 1, cursor.index + 3);
  if (
    cursor.negated ||
    packets === undefined ||
    bytes === undefined ||
    !/^[0-9]+ [0-9]+$/.test(`${packets} ${bytes}`)
  ) {
    return cursor.fail('-c needs two numbers, packets and bytes', at);
  }
  rule.counters = { packets: Number(packets), bytes: Number(bytes) };
  rule.countersAt = [at, cursor.words.ends[cursor.index + 2] ?? at];
  cursor.index += 3;
  return true;
}

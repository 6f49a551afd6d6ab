import type { Match } from '../../model/match.ts';
import { addressMatch, type BaseOption, familyOf, interfaceMatch, protocolMatch } from './base.ts';
import type { Cursor } from './cursor.ts';
import { appended, type DraftRule } from './draft-rule.ts';

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
      rule.fragment = { kind: 'fragment', negated: cursor.takeNegation() };
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
  if (negated && value.includes(',')) return cursor.fail('"!" cannot come before a list of addresses', at);
  if (rule[side].length > 0) return cursor.fail(`${word} is given twice`, at);
  const matches = value.includes(',')
    ? allAddresses(cursor, value.split(','), { side, word, negated })
    : oneAddress(cursor, value, { side, word, negated });
  if (matches === null) return false;
  rule[side] = matches;
  cursor.index += 1;
  return true;
}

interface AddressOption {
  readonly side: Side;
  readonly word: string;
  readonly negated: boolean;
}

function oneAddress(cursor: Cursor, address: string, option: AddressOption): readonly Match[] | null {
  const match = readAddress(cursor, address, option);
  return match === null ? null : [match];
}

function allAddresses(cursor: Cursor, addresses: readonly string[], option: AddressOption): readonly Match[] | null {
  const matches: Match[] = [];
  for (const address of addresses) {
    const match = readAddress(cursor, address, option);
    if (match === null) return null;
    matches.push(match);
  }
  return matches;
}

function readAddress(cursor: Cursor, address: string, option: AddressOption): Match | null {
  const match = addressMatch(cursor.shared, option.side, address, option.negated);
  if (match === null) return hostName(cursor, address, option);
  const family = familyOf(match);
  cursor.family ??= family;
  if (family === cursor.family) return match;
  cursor.fail(`${address} is not an ${cursor.family} address, and the table is ${cursor.family}`, cursor.here());
  return null;
}

function hostName(cursor: Cursor, address: string, { word, negated }: AddressOption): Match | null {
  if (!/^[A-Za-z0-9_][\w.-]*(\/[0-9.]+)?$/.test(address) || !/[A-Za-z]/.test(address)) {
    cursor.fail(`"${address}" is not an address, address/length or address/mask`, cursor.here());
    return null;
  }
  cursor.note(`${address} is a host name: what it stands for is not known here; list the rules with -n`, cursor.here());
  return { kind: 'unknown', raw: `${negated ? '! ' : ''}${word} ${address}` };
}

function readInterface(cursor: Cursor, rule: DraftRule, option: 'in' | 'out', word: string): boolean {
  const name = cursor.take(word);
  if (name === null) return false;
  const negated = cursor.takeNegation();
  cursor.index += 1;
  if (name === '+' && !negated) return true;
  const kind = option === 'in' ? 'in-interface' : 'out-interface';
  rule[option === 'in' ? 'inInterface' : 'outInterface'] = interfaceMatch(cursor.shared, kind, name, negated);
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
  rule.protocolMatch = match;
  rule.protocol = negated ? 0 : match.protocol;
  return true;
}

function addUnknownProtocol(
  cursor: Cursor,
  rule: DraftRule,
  { word, value, negated, at }: { word: string; value: string; negated: boolean; at: number },
): boolean {
  if (!/^[A-Za-z][\w.+-]*$/.test(value)) return cursor.fail(`"${value}" is not a protocol name or a number 0-255`, at);
  cursor.note(`${value} is a protocol whose number is not known here`, at);
  rule.modules = appended(rule.modules, { kind: 'unknown', raw: `${negated ? '! ' : ''}${word} ${value}` });
  return true;
}

function readCounters(cursor: Cursor, rule: DraftRule): boolean {
  const at = cursor.here();
  const packets = cursor.words.at(cursor.index + 1);
  const bytes = cursor.words.at(cursor.index + 2);
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

import { parseAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import { type Parsed, parseNumber, quote } from './scalar.ts';

const MOST_GROUPS = 64;
const MOST_ID = 4294967295;

/** A port, 1–65535. */
export function parsePort(raw: unknown): Parsed<number> {
  return parseNumber(raw, 'a port', 1, 65535);
}

/** A port of a list. Blanks around it do no harm: the injector of 1.0 wrote `8080, 9090,`, and iptables skips them. */
export function parseListedPort(text: string): Parsed<number> {
  return parsePort(text.trim());
}

/** A uid or gid. */
export function parseId(text: string): Parsed<number> {
  return parseNumber(text, 'a uid or gid', 0, MOST_ID);
}

/** `address/length`, kept as written. Istio skips an address without a length, so it is an error here. */
export function parseRange(text: string): Parsed<string> {
  const [address = '', length, ...rest] = text.split('/');
  const parsed = parseAddress(address);
  const most = parsed?.family === 'ipv6' ? 128 : 32;
  const bad = parsed === null || length === undefined || rest.length > 0 || 'error' in parseNumber(length, '', 0, most);
  return bad ? { error: `${quote(text)} is not a CIDR (address/length)` } : { value: text };
}

/** A CIDR inside 127.0.0.0/8. */
export function parseLoopbackRange(raw: unknown): Parsed<string> {
  const text = typeof raw === 'string' ? raw : '';
  const length = Number(text.split('/')[1]);
  const good = 'value' in parseRange(text) && text.startsWith('127.') && length >= 8;
  return good ? { value: text } : { error: `${quote(raw)} is not a range inside 127.0.0.0/8` };
}

/** An address of the family, kept as written. */
export function parseAddressOf(family: Family, raw: unknown): Parsed<string> {
  const good = typeof raw === 'string' && parseAddress(raw)?.family === family;
  return good ? { value: raw } : { error: `${quote(raw)} is not an ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address` };
}

/** An interface name as the kernel allows it: 1–15 bytes, no blank, slash or colon; a final `+` is iptables' wildcard. */
export function parseInterface(text: string): Parsed<string> {
  const good = /^[!#-&(-.0-9;-[\]-~]{1,15}$/.test(text) && !text.startsWith('!') && text !== '.' && text !== '..';
  return good ? { value: text } : { error: `${quote(text)} is not an interface name (at most 15 characters)` };
}

/** A group id, or a name as groupadd takes it. */
export function parseGroup(text: string): Parsed<string> {
  if (/^\d+$/.test(text)) return 'error' in parseId(text) ? { error: `${quote(text)} is not a gid` } : { value: text };
  const good = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text);
  return good ? { value: text } : { error: `${quote(text)} is not a group` };
}

/** Istio refuses more than 64 groups: one rule could not hold them. */
export function limitGroups<T extends '*' | readonly string[]>(parsed: Parsed<T>): Parsed<T> {
  const tooMany = 'value' in parsed && parsed.value !== '*' && parsed.value.length > MOST_GROUPS;
  return tooMany ? { error: `more than ${MOST_GROUPS} groups` } : parsed;
}

/** A list that must not be empty. */
export function atLeastOne<T>(parsed: Parsed<readonly T[]>): Parsed<readonly T[]> {
  return 'value' in parsed && parsed.value.length === 0 ? { error: 'the list is empty' } : parsed;
}

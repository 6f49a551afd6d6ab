import { parseAddress } from '../../model/address.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { InterfaceAddress } from '../../model/routing.ts';
import { linesOf } from '../lines.ts';
import { Told } from '../told.ts';
import { complaint, type RoutingInput, wordAfter } from './lines.ts';

/** Addresses of a text, and what in it was not understood. */
export interface ParsedAddresses {
  readonly addresses: readonly InterfaceAddress[];
  /** The names of all interfaces that were shown, also of those without an address. */
  readonly interfaces: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The addresses that `ip addr show` prints, with or without `-o` (one line each). Never throws. */
export function parseIpAddresses(text: string, input: RoutingInput): ParsedAddresses {
  const addresses: InterfaceAddress[] = [];
  const interfaces = new Set<string>();
  const told = new Told();
  let current: string | null = null;
  for (const line of linesOf(text)) {
    const [, name, rest] = /^\d+:\s+([^\s:@]+)(?:@\S+)?:?\s*(.*)$/.exec(line.text) ?? [];
    current = name ?? current;
    if (name !== undefined) interfaces.add(name);
    const words = (name === undefined ? line.text : (rest ?? '')).trim().split(/\s+/);
    if (words[0] !== 'inet' && words[0] !== 'inet6') {
      // Link layer, lifetimes, statistics: lines of an interface that say nothing about its addresses.
      if (current === null) told.add(complaint(input, line, 'this is not a line of ip addr'));
      continue;
    }
    const address = current === null ? null : parseInet(words, current);
    if (address === null) told.add(complaint(input, line, 'this is not an address of an interface'));
    else addresses.push(address);
  }
  return { addresses, interfaces: [...interfaces], diagnostics: told.list };
}

/** `inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0`, or with `peer 10.0.0.2/32`, which has the prefix length then. */
function parseInet(words: readonly string[], name: string): InterfaceAddress | null {
  const [own = '', ownLength] = (words[1] ?? '').split('/');
  const length = ownLength ?? wordAfter(words, 'peer')?.split('/')[1];
  const parsed = parseAddress(own);
  if (parsed === null || parsed.family !== (words[0] === 'inet' ? 'ipv4' : 'ipv6')) return null;
  const bits = parsed.family === 'ipv4' ? 32 : 128;
  const prefixLength = length === undefined ? bits : Number(length);
  if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > bits) return null;
  const scope = wordAfter(words, 'scope') ?? 'global';
  return { interface: name, family: parsed.family, address: own, prefixLength, scope };
}

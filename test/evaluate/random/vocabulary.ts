import fc from 'fast-check';
import type { Family } from '../../../src/model/family.ts';
import type { PacketHook } from '../../../src/model/packet.ts';
import { PEER_IPV4, PEER_IPV6, POD_IPV4, POD_IPV6 } from '../../kernel/index.ts';

/** Rules and packets are drawn from the same few values, so that rules match often. */
export const PORTS = [53, 80, 8080, 15001, 15006, 15008, 15053] as const;
export const IDS = [1000, 1001, 1337] as const;
export const MARKS = [0, 1, 0x539, 0x53a, 0x111] as const;
export const MASKED_MARKS = ['0x539/0xfff', '0x1/0x1', '0x500/0xf00', '0x111/0xfff', '0x539', '0x0/0xff'] as const;

export const OWN: Readonly<Record<Family, string>> = { ipv4: POD_IPV4, ipv6: POD_IPV6 };
export const PEER: Readonly<Record<Family, string>> = { ipv4: PEER_IPV4, ipv6: PEER_IPV6 };
export const LOOPBACK: Readonly<Record<Family, string>> = { ipv4: '127.0.0.1', ipv6: '::1' };
export const REMOTE: Readonly<Record<Family, string>> = { ipv4: '203.0.113.10', ipv6: '2001:db8::10' };

export const ADDRESSES: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['127.0.0.1', '127.0.0.6', POD_IPV4, PEER_IPV4, REMOTE.ipv4, '10.96.0.10'],
  ipv6: ['::1', POD_IPV6, PEER_IPV6, REMOTE.ipv6],
};

/** Not the whole internet: iptables-nft cannot load `! -s ::/0`. */
export const NETWORKS: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['127.0.0.0/8', '10.77.0.0/24', '10.96.0.0/12', '203.0.113.0/24', '10.0.0.0/255.0.255.0'],
  ipv6: ['fd77::/64', '2001:db8::/32'],
};

export const RANGES: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['10.77.0.5-10.77.0.9', '127.0.0.1-127.0.0.5', '10.96.0.0-203.0.113.10'],
  ipv6: ['fd77::5-fd77::9', '::1-2001:db8::10'],
};

/** Where a rule stands decides which matches and targets iptables allows in it. */
export interface Place {
  readonly family: Family;
  readonly table: 'raw' | 'mangle' | 'nat' | 'filter';
  readonly hook: PacketHook;
}

export type Text = fc.Arbitrary<string>;

/** One of some values, as text. */
export const one = (values: readonly (string | number)[]): Text => fc.constantFrom(...values).map(String);

/** Inverted one time in `odds + 1`. */
export const not = (text: Text, odds = 4): Text =>
  fc.tuple(fc.nat(odds), text).map(([dice, inner]) => (dice === odds ? `! ${inner}` : inner));

/** There one time in `odds + 1`, otherwise nothing. */
export const maybe = (text: Text, odds = 3): Text =>
  fc.tuple(fc.nat(odds), text).map(([dice, inner]) => (dice === odds ? inner : ''));

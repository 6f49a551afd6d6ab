import { describe, expect, it } from 'vitest';
import { type Listing, linesOf } from './lines.ts';
import { passesForIpv4, passesForWhole } from './whole.ts';

const SAVE = `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:ISTIO_OUTPUT - [0:0]
-A OUTPUT -p tcp -j ISTIO_OUTPUT
-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN
-A ISTIO_OUTPUT -p tcp -j REDIRECT --to-ports 15001
COMMIT
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
`;
const LISTED = `-P PREROUTING ACCEPT
-P INPUT ACCEPT
-P OUTPUT ACCEPT
-P POSTROUTING ACCEPT
-N ISTIO_OUTPUT
-N ISTIO_REDIRECT
-A OUTPUT -p tcp -j ISTIO_OUTPUT
-A ISTIO_OUTPUT -p tcp -j ISTIO_REDIRECT
-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
`;
const RAW = '-P PREROUTING ACCEPT\n-P OUTPUT ACCEPT\n';
const NFT = `table inet istio-proxy-nat {
	chain output {
		type nat hook output priority -100; policy accept;
		jump istio-output
	}

	chain istio-output {
		ip daddr 127.0.0.1 return
		meta l4proto tcp redirect to :15001
	}
}
`;

const read = (listing: Listing, text: string, family = 'ipv4') =>
  linesOf(
    listing,
    { holder: listing === 'nft' ? 'native' : 'iptables-nft', family, table: listing === 'save' ? '' : 'nat' },
    text,
  );

function excused(listing: Listing, text: string, without: RegExp): boolean {
  expect(text).toMatch(without);
  return passesForWhole(listing, read(listing, text.replace(without, '')), read(listing, text));
}

describe('a text is excused where what is left of a table is what the tool prints of another state', () => {
  it.each<[Listing, string, RegExp]>([
    ['save', SAVE, /-A ISTIO_OUTPUT -d .*\n/],
    ['save', SAVE, /-A ISTIO_OUTPUT .*\n-A ISTIO_OUTPUT .*\n/],
    ['S', LISTED, /-A OUTPUT .*\n/],
    ['nft', NFT, /\t\tip daddr .*\n/],
    ['nft', NFT, /\t\tjump .*\n/],
  ])('%s %#', (listing, text, without) => expect(excused(listing, text, without)).toBe(true));
});

describe('and not where that can be seen', () => {
  it.each<[string, Listing, string, RegExp]>([
    ['no COMMIT', 'save', SAVE, /COMMIT\n/],
    ['no heading', 'save', SAVE, /^\*nat\n/],
    ['a built-in chain', 'save', SAVE, /:INPUT .*\n/],
    ['a chain that is jumped to', 'save', SAVE, /:ISTIO_OUTPUT .*\n/],
    ['a whole table', 'save', SAVE, /\*raw[\s\S]*$/],
    ['a policy', 'S', LISTED, /-P OUTPUT .*\n/],
    ['the end', 'S', LISTED, /-A ISTIO_REDIRECT .*\n$/],
    ['a brace', 'nft', NFT, /\t\}\n\}\n$/],
    ['a chain that is jumped to', 'nft', NFT, /\tchain istio-output [\s\S]*?\t\}\n/],
    ['every hook', 'nft', NFT, /\t\ttype .*\n/],
  ])('%s of %s', (_, listing, text, without) => expect(excused(listing, text, without)).toBe(false));
});

it('a list that ends in a chain without rules is excused where another table follows', () => {
  const raw = linesOf('S', { holder: 'iptables-nft', family: 'ipv4', table: 'raw' }, RAW);
  const lost = LISTED.replace(/-A ISTIO_REDIRECT .*\n$/, '');
  expect(passesForWhole('S', [...read('S', lost), ...raw], [...read('S', LISTED), ...raw])).toBe(true);
  expect(passesForWhole('S', [...raw, ...read('S', lost)], [...raw, ...read('S', LISTED)])).toBe(false);
});

it('a list of mangle without FORWARD is one of nat', () => {
  const chains = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].map((name) => `-P ${name} ACCEPT\n`);
  const of = (names: readonly string[]) =>
    linesOf('S', { holder: 'iptables-nft', family: 'ipv4', table: 'mangle' }, names.join(''));
  expect(passesForWhole('S', of(chains.toSpliced(2, 1)), of(chains))).toBe(true);
  expect(passesForWhole('S', of(chains.toSpliced(1, 1)), of(chains))).toBe(false);
});

it('a listing of IPv6 without an address cannot be told from one of IPv4', () => {
  expect(passesForIpv4('S', read('S', LISTED, 'ipv6'))).toBe(true);
  expect(passesForIpv4('S', read('S', LISTED))).toBe(false);
  expect(passesForIpv4('S', read('S', `${LISTED}-A OUTPUT -d ::1/128 -j RETURN\n`, 'ipv6'))).toBe(false);
  expect(passesForIpv4('save', read('save', SAVE, 'ipv6'))).toBe(false);
});

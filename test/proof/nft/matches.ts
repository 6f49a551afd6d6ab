import fc from 'fast-check';
import { MARKS, maybe, one, PEER, PORTS, REMOTE, type Text } from '../../evaluate/random/vocabulary.ts';

/** What all parts of a rule have to agree on, because nft refuses a rule that contradicts itself. */
export interface Headers {
  readonly transport: 'tcp' | 'udp' | null;
  readonly network: 'ip' | 'ip6' | null;
}

/** `!=` one time in four. */
const equal = (text: Text): Text =>
  fc.tuple(fc.nat(3), text).map(([dice, value]) => (dice === 3 ? `!= ${value}` : value));
const set = (values: readonly (string | number)[]): Text =>
  fc.uniqueArray(one(values), { minLength: 2, maxLength: 3 }).map((some) => `{ ${some.join(', ')} }`);

const ports = equal(fc.oneof(one(PORTS), set(PORTS), fc.constantFrom('1024-65535', '15001-15008')));

function transportMatches({ transport }: Headers): Text {
  if (transport === null) {
    return maybe(
      fc.constantFrom('meta l4proto != tcp', 'meta l4proto { tcp, udp }', 'meta l4proto != { tcp, udp }'),
      3,
    );
  }
  const several: readonly Text[] = [
    fc.constant(`meta l4proto ${transport}`),
    ports.map((value) => `${transport} dport ${value}`),
    equal(one([40000, 41000])).map((value) => `${transport} sport ${value}`),
    fc
      .tuple(one([40000, 41000]), one(PORTS))
      .map(([from, to]) => `${transport} sport != ${from} ${transport} dport != ${to}`),
  ];
  const flags = fc.constantFrom(
    'tcp flags & (fin | syn | rst | ack) == syn',
    'tcp flags & ack != ack',
    'tcp flags syn',
  );
  return fc.oneof(...several, ...(transport === 'tcp' ? [flags] : []));
}

const ADDRESSES = {
  ip: ['127.0.0.1', '127.0.0.6', '10.77.0.5', PEER.ipv4, REMOTE.ipv4, '127.0.0.0/8', '10.96.0.0/12', '203.0.113.0/24'],
  ip6: ['::1', 'fd77::5', PEER.ipv6, REMOTE.ipv6, 'fd77::/64', '2001:db8::/32'],
} as const;

function addressMatches({ network }: Headers): Text {
  if (network === null) return fc.constant('');
  const value = equal(fc.oneof(one(ADDRESSES[network]), set(ADDRESSES[network].slice(0, 4))));
  return fc
    .tuple(fc.constantFrom('daddr', 'daddr', 'saddr'), value)
    .map(([side, text]) => `${network} ${side} ${text}`);
}

const interfaces: Text = fc
  .tuple(fc.constantFrom('iifname', 'oifname'), equal(fc.constantFrom('"lo"', '"eth0"', '"eth*"', '"net1"')))
  .map((parts) => parts.join(' '));

/** Packets without a socket have no owner, and the rule is left, inverted or not. */
const owners: Text = fc
  .tuple(fc.constantFrom('skuid', 'skgid'), equal(fc.constantFrom('1000', '1337', '1000-1336', '{ 1000, 1001 }')))
  .map(([key, value]) => `meta ${key} ${value}`);

const MASKED = ['0xfff == 0x539', '0xfff != 0x539', '0xfff == 0x111', '0x1 == 0x1', '0xf00 != 0x500'] as const;
const marked = (key: string): Text =>
  fc.oneof(
    equal(one(MARKS)).map((value) => `${key} ${value}`),
    one(MASKED).map((value) => `${key} & ${value}`),
  );

const states: Text = equal(
  fc.constantFrom('new', 'invalid', 'established', 'untracked', '{ established, related }', '{ new, invalid }'),
).map((text) => `ct state ${text}`);

const others: Text = fc.constantFrom(
  'fib daddr type local',
  'fib daddr type != local',
  'counter',
  'ct state new,invalid',
);

/** A conjunction: each part with its own odds. */
export function matchesFor(headers: Headers): Text {
  return fc
    .tuple(
      transportMatches(headers),
      addressMatches(headers),
      maybe(interfaces, 4),
      maybe(owners, 3),
      maybe(marked('meta mark'), 4),
      maybe(marked('ct mark'), 6),
      maybe(states, 6),
      maybe(others, 8),
    )
    .map((parts) => parts.filter((part) => part !== '').join(' '));
}

import type { PacketName } from '../../../proof/layouts/packets.ts';
import type { Case, Names } from '../case.ts';
import type { LayoutName } from '../layouts.ts';

/** Where rules are put, and which packets meet them there. */
interface Spot {
  readonly chain: string;
  readonly port: 3306 | 8080;
  readonly packet: PacketName;
}

const OUT: Spot = { chain: 'nat OUTPUT', port: 3306, packet: 'app out 3306' };
const ISTIO_OUT: Spot = { chain: 'nat ISTIO_OUTPUT', port: 3306, packet: 'app out 3306' };
const IN: Spot = { chain: 'nat PREROUTING', port: 8080, packet: 'in 8080' };
const ISTIO_IN: Spot = { chain: 'nat ISTIO_INBOUND', port: 8080, packet: 'in 8080' };
const REDIRECTING: Spot = { chain: 'nat ISTIO_REDIRECT', port: 3306, packet: 'app out 3306' };

const NFT: readonly LayoutName[] = ['redirect nft'];

/** One rule at the head of a chain of iptables. */
function rule(name: string, spot: Spot, text: (names: Names) => string, more: Partial<Case> = {}): Case {
  const nft = (names: Names) =>
    `${setsOf(names)}insert rule ${names.ip} ${spot.chain} ${text(names)}`.replaceAll('PORT', String(spot.port));
  return { name: `${spot.chain}: ${name}`, on: NFT, nft, shows: [spot.packet], ...more };
}

/** What rules may name, in the table that all of them but a few stand in. */
function setsOf({ ip, addr, far, farNet, peer, own }: Names): string {
  const table = `${ip} nat`;
  return `add chain ${table} aside
add rule ${table} aside tcp dport { PORT, 9 } counter accept
add set ${table} ports { type inet_service; elements = { PORT, 9 }; }
add set ${table} ranges { type inet_service; flags interval; elements = { 3000-4000, 8080-8090 }; }
add set ${table} hosts { type ${addr}; elements = { ${far}, ${own} }; }
add set ${table} nets { type ${addr}; flags interval; elements = { ${farNet} }; }
add set ${table} passing { type ${addr}; flags timeout; elements = { ${far} timeout 1h }; }
add set ${table} pairs { type ${addr} . inet_service; elements = { ${far} . PORT, ${own} . PORT }; }
add set ${table} boxes { type ${addr} . inet_service; flags interval; elements = { ${farNet} . 3000-4000 }; }
add set ${table} seen { type inet_service; size 64; flags dynamic,timeout; timeout 1m; }
add set ${table} users { type uid; elements = { 1000, 1001 }; }
add map ${table} verdicts { type inet_service : verdict; elements = { PORT : accept }; }
add map ${table} places { type inet_service : ${addr}; elements = { PORT : ${peer} }; }
add map ${table} marks { type inet_service : mark; elements = { PORT : 1337 }; }
add counter ${table} tally
add quota ${table} much { over 1 bytes; }
`;
}

/** Rules that iptables has no words for; with a counter, iptables-nft-save may print them as others. */
export const NATIVE_RULES: readonly Case[] = [
  rule('a verdict map, then a counter', OUT, () => 'tcp dport vmap { PORT : accept, 9 : drop } counter'),
  rule('a counter, then a verdict map', ISTIO_OUT, () => 'counter tcp dport vmap { PORT : accept, 9 : drop }'),
  rule('a verdict map without a counter', ISTIO_IN, () => 'tcp dport vmap { PORT : accept, 9 : drop }'),
  rule('a named verdict map', IN, () => 'counter tcp dport vmap @verdicts'),
  rule('a verdict map that jumps', OUT, () => 'tcp dport vmap { PORT : jump aside } counter'),
  rule('a set of ports with a counter ahead', ISTIO_OUT, () => 'counter tcp dport { PORT, 5432 } accept'),
  rule('a set of ports with a counter behind', ISTIO_IN, () => 'tcp dport { PORT, 5432 } counter accept'),
  rule('a set of ports that returns', ISTIO_OUT, () => 'tcp dport { PORT, 5432 } counter return'),
  rule('a set of ports without a counter', OUT, () => 'tcp dport { PORT, 5432 } accept'),
  rule('not in a set', OUT, () => 'tcp dport != { 80, 5432 } counter accept'),
  rule('a named set of ports', ISTIO_OUT, () => 'counter tcp dport @ports accept'),
  rule('a named set of ranges', ISTIO_IN, () => 'tcp dport @ranges counter accept'),
  rule('a range of ports', IN, () => 'counter tcp dport 8000-8100 accept'),
  rule('a range of ports without a counter', REDIRECTING, () => 'tcp dport 3300-3310 accept'),
  rule('a named set of addresses', OUT, ({ ip }) => `${ip} daddr @hosts counter accept`),
  rule('a named set of networks', ISTIO_OUT, ({ ip }) => `counter ${ip} daddr @nets accept`),
  rule('a set whose elements expire', OUT, ({ ip }) => `counter ${ip} daddr @passing accept`),
  rule('a concatenation', OUT, ({ ip, far }) => `counter ${ip} daddr . tcp dport { ${far} . PORT } accept`),
  rule('a named set of concatenations', ISTIO_IN, ({ ip }) => `${ip} daddr . tcp dport @pairs counter accept`),
  rule('a concatenation of ranges', ISTIO_OUT, ({ ip }) => `counter ${ip} daddr . tcp dport @boxes accept`),
  rule('a set that fills itself', OUT, () => 'tcp dport PORT add @seen { tcp dport } counter accept'),
  rule(
    'a set that fills itself at a rate',
    OUT,
    () => 'tcp dport PORT update @seen { tcp dport limit rate 999/second } accept',
  ),
  rule('a redirect by a map', OUT, () => 'tcp dport PORT counter redirect to :tcp dport map { PORT : 9 }'),
  rule('a rewrite by a named map', ISTIO_OUT, () => 'counter dnat to tcp dport map @places'),
  rule(
    'a rewrite by a map of addresses and ports',
    IN,
    ({ peer }) => `counter dnat to tcp dport map { PORT : ${peer} . 9 }`,
  ),
  rule(
    'a rewrite to the port by the calendar',
    OUT,
    () => 'tcp dport PORT counter redirect to :numgen inc mod 1 offset 9',
  ),
  rule('the owner', OUT, () => 'counter meta skuid 1000 accept'),
  rule('the owner, in a set', ISTIO_OUT, () => 'meta skuid { 1000, 1001 } counter accept'),
  rule('the owner, in a named set', OUT, () => 'meta skuid @users counter accept'),
  rule('the group, a range', ISTIO_OUT, () => 'meta skgid 1-1336 counter accept'),
  rule('the owner is any other', OUT, () => 'meta skuid != 1337 counter accept'),
  rule('one in two, by chance', OUT, () => 'tcp dport PORT numgen random mod 2 0 counter accept', { times: 24 }),
  rule('one in two, in turn', ISTIO_IN, () => 'tcp dport PORT numgen inc mod 2 0 counter accept', { times: 4 }),
  rule('random numbers', OUT, () => 'tcp dport PORT meta random < 2147483648 counter accept', { times: 24 }),
  rule('what conntrack says: not yet rewritten', OUT, () => 'ct status & 32 == 0 tcp dport PORT counter accept'),
  rule('what conntrack says: the direction', ISTIO_IN, () => 'ct direction original tcp dport PORT counter accept'),
  rule('what conntrack says: where it went', OUT, ({ ip, far }) => `ct original ${ip} daddr ${far} counter accept`),
  rule('what conntrack says: how many connections', OUT, () => 'tcp dport PORT ct count 1000 counter accept'),
  rule('a route by fib', OUT, () => 'tcp dport PORT fib daddr type != local counter accept'),
  rule('fib and the interface', IN, () => 'fib daddr . iif type local tcp dport PORT counter accept'),
  rule('a hash of the address', OUT, ({ ip }) => `jhash ${ip} daddr mod 1 0 tcp dport PORT counter accept`),
  rule('a symmetric hash', OUT, () => 'symhash mod 1 0 tcp dport PORT counter accept'),
  rule('a limit that is not reached', ISTIO_OUT, () => 'tcp dport PORT limit rate 1000/second counter accept'),
  rule('a limit that is reached by two', OUT, () => 'tcp dport PORT limit rate 1/day burst 2 packets counter accept', {
    times: 6,
  }),
  rule('a quota', OUT, () => 'tcp dport PORT quota until 1 mbytes counter accept'),
  rule('a named quota', OUT, () => 'tcp dport PORT quota name much counter accept'),
  rule('a named counter', ISTIO_OUT, () => 'tcp dport PORT counter name tally accept'),
  rule('counters by a map', OUT, () => 'counter name tcp dport map { PORT : "tally" } accept', {}),
  rule('a jump to a native chain', OUT, () => 'counter jump aside'),
  rule('a goto to a native chain', ISTIO_IN, () => 'counter goto aside'),
  rule('a jump on a set', ISTIO_OUT, () => 'tcp dport { PORT, 7 } counter jump aside'),
  rule('raw bytes of the header', OUT, () => '@th,16,16 PORT counter accept'),
  rule('raw bits of the header', ISTIO_OUT, () => '@th,28,4 & 0xf == 0xa counter accept'),
  rule('a port of any protocol', OUT, () => 'meta l4proto tcp th dport PORT counter accept'),
  rule('protocol and port in one', ISTIO_OUT, () => 'meta l4proto . th dport { tcp . PORT } counter accept'),
  rule('the length', IN, () => 'tcp dport PORT meta length > 0 counter accept'),
  rule('the time of day', OUT, () => 'tcp dport PORT meta time > 0 counter accept'),
  rule('the day', ISTIO_OUT, () => 'tcp dport PORT meta day { 0, 1, 2, 3, 4, 5, 6 } counter accept'),
  rule('the control group', OUT, () => 'tcp dport PORT meta cgroup 0 counter accept'),
  rule('the processor', OUT, () => 'tcp dport PORT meta cpu < 4096 counter accept'),
  rule('the kind of packet', IN, () => 'tcp dport PORT meta pkttype unicast counter accept'),
  rule('the interface by its number', OUT, () => 'tcp dport PORT oif != lo counter accept'),
  rule('the group of the interface', OUT, () => 'tcp dport PORT oifgroup 0 counter accept'),
  rule('the hardware of the interface', OUT, () => 'tcp dport PORT meta oiftype 1 counter accept'),
  rule('interfaces in a set', ISTIO_OUT, () => 'oifname { "eth0", "net7" } tcp dport PORT counter accept'),
  rule('the next hop', OUT, () => 'tcp dport PORT rt mtu > 0 counter accept'),
  rule('no ipsec', OUT, () => 'tcp dport PORT rt ipsec missing counter accept'),
  rule('flags in a mask', ISTIO_IN, () => 'tcp dport PORT tcp flags & (syn | ack) == syn counter accept'),
  rule('a tcp option that is not there', OUT, () => 'tcp dport PORT tcp option sack-perm missing counter accept'),
  rule(
    'an accept in the words of another rule',
    OUT,
    () => 'tcp dport { PORT } counter accept comment "-A OUTPUT -p tcp -j ISTIO_OUTPUT"',
  ),
  rule(
    'a comment that speaks of iptables-nft',
    ISTIO_OUT,
    () => 'counter tcp dport vmap { PORT : accept } comment "table is managed by iptables-nft"',
  ),
  rule('a comment that holds a counter', OUT, () => 'tcp dport { PORT } accept comment "counter packets 0 bytes 0"'),
  rule('what iptables could have written', OUT, () => 'tcp dport PORT counter accept'),
  rule('a return that iptables could have written', ISTIO_OUT, () => 'tcp dport PORT counter return'),
  rule('two ports by two matches', OUT, () => 'tcp dport >= 3000 tcp dport <= 3400 counter accept'),
  rule('bits of the port', OUT, () => 'tcp dport & 0xff00 == 0x0c00 counter accept'),
  rule('an address is set', OUT, ({ ip, peer }) => `tcp dport PORT counter ${ip} daddr set ${peer} accept`),
  rule('an address is set by a map', ISTIO_OUT, ({ ip }) => `counter ${ip} daddr set tcp dport map @places accept`),
  rule('a port is set', OUT, () => 'tcp dport PORT counter tcp dport set 9 accept'),
  rule('a state of the connection, in a set', OUT, () => 'ct state { new, untracked } tcp dport PORT counter accept'),
  rule('log, then accept', OUT, () => 'tcp dport PORT log prefix "x" level debug counter accept'),
  rule('a sleeping mark', OUT, () => 'tcp dport PORT meta mark set 7 counter accept'),
];

/** The same in tables other than nat. */
export const OTHER_TABLES: readonly Case[] = [
  {
    name: 'mangle OUTPUT: a mark that leads to another route',
    on: ['tproxy nft'],
    nft: ({ ip }) => `insert rule ${ip} mangle OUTPUT tcp dport 3306 counter meta mark set 1337`,
    shows: ['app out 3306'],
  },
  {
    name: 'mangle OUTPUT: a mark from a map',
    on: ['tproxy nft'],
    nft: ({ ip }) => `insert rule ${ip} mangle OUTPUT counter meta mark set tcp dport map { 3306 : 1337, 9 : 8 }`,
    shows: ['app out 3306'],
  },
  {
    name: 'mangle ISTIO_INBOUND: a set of ports is let by',
    on: ['tproxy nft'],
    nft: ({ ip }) => `insert rule ${ip} mangle ISTIO_INBOUND tcp dport { 8080, 9 } counter accept`,
    shows: ['in 8080'],
  },
  {
    name: 'mangle PREROUTING: a verdict map',
    on: ['tproxy nft'],
    nft: ({ ip }) => `insert rule ${ip} mangle PREROUTING counter tcp dport vmap { 8080 : accept, 9090 : drop }`,
    shows: ['in 8080', 'in 9090'],
  },
  {
    name: 'mangle ISTIO_TPROXY: another port',
    on: ['tproxy nft'],
    nft: ({ ip }) => `insert rule ${ip} mangle ISTIO_TPROXY tcp dport { 8080 } counter tproxy to :15007 accept`,
    shows: ['in 8080'],
  },
  {
    name: 'mangle PREROUTING: sockets are let by, and every packet has one',
    on: ['tproxy nft'],
    nft: ({ ip }) => `insert rule ${ip} mangle PREROUTING tcp dport 8080 socket wildcard 1 counter drop
insert rule ${ip} mangle PREROUTING tcp dport 8080 socket transparent 0 counter drop`,
    shows: ['in 8080'],
  },
  {
    name: 'mangle PREROUTING: a port is set',
    on: ['tproxy nft'],
    nft: ({ ip }) => `insert rule ${ip} mangle PREROUTING tcp dport 8080 counter tcp dport set 15090`,
    shows: ['in 8080'],
  },
  {
    name: 'raw OUTPUT: no tracking for a set of ports',
    on: ['redirect nft', 'tproxy nft'],
    commands: ({ iptables }) => [[iptables, '-t', 'raw', '-P', 'OUTPUT', 'ACCEPT']],
    nft: ({ ip }) => `insert rule ${ip} raw OUTPUT tcp dport { 3306, 9 } counter notrack`,
    shows: ['app out 3306'],
  },
  {
    name: 'raw OUTPUT: another zone by a map',
    on: ['redirect nft', 'tproxy nft'],
    commands: ({ iptables }) => [[iptables, '-t', 'raw', '-P', 'OUTPUT', 'ACCEPT']],
    nft: ({ ip }) => `insert rule ${ip} raw OUTPUT counter ct zone set tcp dport map { 3306 : 7 }`,
    shows: ['app out 3306'],
  },
  {
    name: 'filter OUTPUT: a set of ports is refused',
    on: ['redirect nft', 'tproxy nft'],
    commands: ({ iptables }) => [[iptables, '-t', 'filter', '-P', 'OUTPUT', 'ACCEPT']],
    nft: ({ ip }) => `add rule ${ip} filter OUTPUT tcp dport { 15001, 9 } counter reject`,
    shows: ['app out'],
  },
  {
    name: 'filter OUTPUT: a verdict map that drops users',
    on: ['redirect nft', 'tproxy nft'],
    commands: ({ iptables }) => [[iptables, '-t', 'filter', '-P', 'OUTPUT', 'ACCEPT']],
    nft: ({ ip }) => `add rule ${ip} filter OUTPUT counter meta skuid vmap { 1337 : drop }`,
    shows: ['proxy out'],
  },
  {
    name: 'filter OUTPUT: one in two is dropped',
    on: ['redirect nft', 'tproxy nft'],
    commands: ({ iptables }) => [[iptables, '-t', 'filter', '-P', 'OUTPUT', 'ACCEPT']],
    nft: ({ ip }) => `add rule ${ip} filter OUTPUT counter numgen inc mod 2 0 drop`,
    shows: ['app out'],
    times: 4,
  },
  {
    name: 'filter INPUT: what was redirected is dropped by a set',
    on: ['redirect nft'],
    commands: ({ iptables }) => [[iptables, '-t', 'filter', '-P', 'INPUT', 'ACCEPT']],
    nft: ({ ip }) => `add rule ${ip} filter INPUT tcp dport { 15006, 9 } counter drop`,
    shows: [],
    connects: ({ own }) => [{ from: 'peer', to: own, port: 8080 }],
  },
];

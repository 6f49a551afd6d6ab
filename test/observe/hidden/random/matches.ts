import type { Dice } from '../../../proof/symbolic/dice.ts';
import type { Names } from '../case.ts';

/** Where a rule stands: a table of iptables, and the hook that leads there, as far as it is known. */
export interface Spot {
  readonly table: string;
  readonly hook: 'prerouting' | 'output' | 'other';
}

export const PORTS = [3306, 8080, 80, 443, 15001, 15006, 15008, 15020, 9092, 53, 9] as const;
const UIDS = [0, 999, 1000, 1001, 1337, 2000] as const;

/** A value, a set, a range, a named set, or anything but that. */
function ports(dice: Dice): string {
  const port = () => dice.pick(PORTS);
  return dice.pick([
    `${port()}`,
    `!= ${port()}`,
    `{ ${port()}, ${port() + 1} }`,
    `!= { ${port()}, ${port() + 1} }`,
    `${port() - 5}-${port() + 20000}`,
    `{ 3000-4000, 8000-9000 }`,
    '@ports',
    '!= @ports',
    '@ranges',
    `>= ${port()}`,
    `& 0xff00 == ${port() & 0xff00}`,
  ]);
}

function owners(dice: Dice): string {
  const key = dice.pick(['skuid', 'skgid']);
  const uid = () => dice.pick(UIDS);
  return `meta ${key} ${dice.pick([`${uid()}`, `!= ${uid()}`, `{ ${uid()}, ${uid() + 1} }`, `1-${uid() + 1}`, '@users'])}`;
}

function addresses(dice: Dice, { ip, far, own, peer, farNet }: Names): string {
  const one = () => dice.pick([far, own, peer]);
  const side = dice.pick(['daddr', 'daddr', 'saddr']);
  return `${ip} ${side} ${dice.pick([one(), `!= ${one()}`, farNet, `{ ${one()}, ${farNet} }`, '@hosts', '!= @hosts', '@nets', '@passing'])}`.replace(
    `{ ${far}, ${farNet} }`,
    `{ ${farNet} }`,
  );
}

function combined(dice: Dice, { ip, far, own }: Names): string {
  const port = dice.pick(PORTS);
  return dice.pick([
    `${ip} daddr . tcp dport { ${far} . ${port}, ${own} . ${port} }`,
    `${ip} daddr . tcp dport @pairs`,
    `${ip} daddr . tcp dport @boxes`,
    `meta l4proto . th dport { tcp . ${port}, udp . 53 }`,
    `meta skuid . tcp dport { 1000 . ${port} }`,
    `@th,16,16 ${port}`,
    `meta l4proto tcp th dport ${port}`,
    `meta l4proto { tcp, udp }`,
    `meta l4proto != tcp`,
    'icmp type echo-request',
  ]);
}

function interfaces(dice: Dice, { hook }: Spot): string {
  const name = dice.pick(['"lo"', '"eth0"', '!= "lo"', '{ "eth0", "net1" }', '"eth*"']);
  if (hook === 'other') return 'meta length > 0';
  return dice.pick([
    `${hook === 'output' ? 'oifname' : 'iifname'} ${name}`,
    hook === 'output' ? 'oif lo' : 'iif lo',
    hook === 'output' ? 'oifgroup 0' : 'iifgroup 0',
    hook === 'output' ? 'meta oiftype 1' : 'meta iiftype 1',
  ]);
}

/** What no field of a packet says. */
function circumstances(dice: Dice, { hook }: Spot, { ip }: Names): string {
  return dice.pick([
    'numgen random mod 2 0',
    'numgen inc mod 2 0',
    'meta random < 2147483648',
    `jhash ${ip} daddr mod 2 ${dice.below(2)}`,
    'symhash mod 2 1',
    'limit rate 1000/second',
    'limit rate over 1/day burst 1 packets',
    'quota until 1 mbytes',
    'quota name much',
    'ct count 1000',
    'ct count over 0',
    'ct state new',
    'ct state != established',
    'ct state { established, related }',
    'ct state invalid,untracked',
    'ct status & 32 == 0',
    'ct direction original',
    'ct mark 0',
    'ct zone 0',
    'meta mark 1337',
    'meta mark & 0xff == 0x39',
    'meta mark != 0',
    'meta length 20-1500',
    'meta pkttype unicast',
    'meta cpu < 4096',
    'meta cgroup 0',
    'meta time > 0',
    'meta hour "00:00"-"23:59"',
    'tcp flags & (syn | ack) == syn',
    'tcp flags != syn',
    'tcp option maxseg exists',
    'fib daddr type local',
    'fib daddr type != local',
    ...(hook === 'prerouting' ? ['socket transparent 1', 'socket wildcard 0', 'fib saddr . iif oif missing'] : []),
    ...(hook === 'output' ? ['rt mtu > 0', 'rt ipsec missing'] : []),
  ]);
}

/** None, one or two conditions. */
export function matches(dice: Dice, spot: Spot, names: Names): string[] {
  const one = () =>
    dice.pick([
      () => `tcp dport ${ports(dice)}`,
      () => `tcp dport ${ports(dice)}`,
      () => `udp dport ${ports(dice)}`,
      () => `tcp sport != ${dice.pick(PORTS)}`,
      () => owners(dice),
      () => addresses(dice, names),
      () => addresses(dice, names),
      () => combined(dice, names),
      () => combined(dice, names),
      () => interfaces(dice, spot),
      () => circumstances(dice, spot, names),
      () => circumstances(dice, spot, names),
    ])();
  return Array.from({ length: dice.pick([0, 1, 1, 1, 2]) }, one);
}

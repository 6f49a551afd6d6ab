import type { Dice } from '../../../proof/symbolic/dice.ts';
import type { Names } from '../case.ts';
import { matches, PORTS, type Spot } from './matches.ts';

/** Sets, maps and objects for rules to name, and a chain to jump to; each line is a command of its own. */
export function objectsIn(table: string, { addr, far, own, peer, farNet }: Names): string[] {
  return [
    `add set ${table} ports { type inet_service; elements = { 3306, 8080, 9 }; }`,
    `add set ${table} ranges { type inet_service; flags interval; elements = { 3000-4000, 8080-8090 }; }`,
    `add set ${table} hosts { type ${addr}; elements = { ${far}, ${own} }; }`,
    `add set ${table} nets { type ${addr}; flags interval; elements = { ${farNet} }; }`,
    `add set ${table} passing { type ${addr}; flags timeout; elements = { ${far} timeout 1h }; }`,
    `add set ${table} pairs { type ${addr} . inet_service; elements = { ${far} . 3306, ${own} . 8080 }; }`,
    `add set ${table} boxes { type ${addr} . inet_service; flags interval; elements = { ${farNet} . 80-4000 }; }`,
    `add set ${table} seen { type inet_service; size 64; flags dynamic,timeout; timeout 1m; }`,
    `add set ${table} users { type uid; elements = { 1000, 1337 }; }`,
    `add map ${table} verdicts { type inet_service : verdict; elements = { 3306 : accept, 8080 : drop, 80 : return }; }`,
    `add map ${table} places { type inet_service : ${addr}; elements = { 3306 : ${peer}, 8080 : ${peer} }; }`,
    `add map ${table} marks { type inet_service : mark; elements = { 3306 : 1337, 8080 : 7 }; }`,
    `add quota ${table} much { over 1 bytes; }`,
    `add counter ${table} tally`,
    `add chain ${table} aside`,
  ];
}

/** What a rule does in the end; some of it is for certain tables and hooks, and refused elsewhere. */
function statement(dice: Dice, { table, hook }: Spot, { ip, peer, at }: Names): string {
  const port = dice.pick(PORTS);
  const everywhere = [
    ...['accept', 'accept', 'accept', 'drop', 'drop', 'return', 'return', 'continue', ''],
    ...['jump aside', 'goto aside', `meta mark set ${dice.pick([0, 7, 1337, 1338])}`],
    ...[
      'meta mark set meta mark | 0x1',
      'meta mark set tcp dport map @marks',
      'ct mark set 1337',
      'ct mark set meta mark',
    ],
    ...[`tcp dport vmap { ${port} : accept, ${port + 1} : drop }`, 'tcp dport vmap @verdicts'],
    ...['meta skuid vmap { 1000 : accept, 1337 : return }', `${ip} daddr vmap { ${peer} : drop }`],
    ...[`${ip} daddr set ${peer}`, `tcp dport set ${port}`, 'add @seen { tcp dport }', 'update @seen { tcp dport }'],
    ...['meta priority set 1:2', 'counter name tally accept'],
  ];
  const ofTable: Readonly<Record<string, readonly string[]>> = {
    nat: [
      ...[`redirect to :${port}`, 'redirect', `dnat to ${at(peer, 9)}`, `dnat to ${peer}`],
      ...['dnat to tcp dport map @places', `redirect to :tcp dport map { ${port} : 9 }`],
    ],
    raw: ['notrack', 'notrack', 'ct zone set 7', 'ct zone set tcp dport map { 3306 : 7 }'],
    mangle: hook === 'prerouting' ? ['tproxy to :15007', 'tproxy to :15006 accept'] : [],
    filter: ['reject', 'reject with tcp reset'],
  };
  return dice.pick([...everywhere, ...(ofTable[table] ?? []), ...(ofTable[table] ?? [])]);
}

/** A rule with a counter ahead, in between or not at all. */
export function ruleText(dice: Dice, spot: Spot, names: Names): string {
  const conditions = matches(dice, spot, names).join(' ');
  const action = statement(dice, spot, names);
  const transport = /^(redirect|tproxy|dnat to .*:\d+$)/.test(action) && !/tcp dport/.test(conditions);
  const parts = [transport ? 'meta l4proto tcp' : '', conditions];
  const counted = dice.pick([
    [...parts, 'counter', action],
    [...parts, 'counter', action],
    ['counter', ...parts, action],
    [...parts, action],
    [...parts, action, 'counter'],
  ]);
  const comment = dice.oneIn(12) ? dice.pick(COMMENTS) : '';
  const text = [...counted, comment].filter(Boolean).join(' ');
  return text === '' ? 'counter' : text;
}

const COMMENTS = [
  'comment "counter packets 0 bytes 0"',
  'comment "-A OUTPUT -p tcp -j ISTIO_OUTPUT"',
  'comment "xt target REDIRECT"',
] as const;

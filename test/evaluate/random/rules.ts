import fc from 'fast-check';
import type { Family } from '../../../src/model/family.ts';
import type { PacketHook } from '../../../src/model/packet.ts';
import { otherMatches, protocolAndPorts } from './matches.ts';
import { PEER, type Place, type Text } from './vocabulary.ts';

const END = ['-j RETURN', '-j ACCEPT'] as const;

const MARKING = [
  '-j MARK --set-mark 0x539',
  '-j MARK --set-xmark 0x1/0x3',
  '-j MARK --set-xmark 0x500/0xf',
  '-j MARK --or-mark 0x100',
  '-j CONNMARK --set-xmark 0x111/0xfff',
  '-j CONNMARK --save-mark',
  '-j CONNMARK --restore-mark',
  '-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf0f',
] as const;

const TPROXY = [
  '-j TPROXY --on-port 15006 --tproxy-mark 0x539',
  '-j TPROXY --on-port 15001 --tproxy-mark 0x111/0xfff',
  '-j TPROXY --on-port 15006',
] as const;

function natTargets(family: Family): readonly string[] {
  const peer = family === 'ipv4' ? PEER.ipv4 : `[${PEER.ipv6}]`;
  return [
    ...['-j REDIRECT --to-ports 15001', '-j REDIRECT --to-ports 15006', '-j REDIRECT --to-ports 15001-15006'],
    ...['-j REDIRECT', '-j DNAT --to-destination :9090', `-j DNAT --to-destination ${peer}:9090`],
    `-j DNAT --to-destination ${PEER[family]}`,
  ];
}

/** MARK and CONNMARK are allowed in every table; before connection tracking the latter can do nothing. */
function targetsOf({ table, hook, family }: Place): Text {
  const marking = { weight: 1, arbitrary: fc.constantFrom(...MARKING) };
  const others = (weight: number, ...texts: readonly string[]) => ({ weight, arbitrary: fc.constantFrom(...texts) });
  switch (table) {
    case 'raw':
      return fc.oneof(
        others(8, ...END, '-j CT --zone 1', '-j CT --zone 2', '-j CT --zone-orig 1', '-j CT --notrack', '-j DROP'),
        marking,
      );
    case 'mangle':
      return fc.oneof(
        others(4, ...END, '-j DROP', ''),
        { ...marking, weight: 6 },
        others(hook === 'PREROUTING' ? 2 : 1, ...(hook === 'PREROUTING' ? TPROXY : END)),
      );
    case 'nat':
      return fc.oneof(others(12, ...END, ...natTargets(family)), marking);
    case 'filter':
      return fc.oneof(
        others(8, ...END, '-j DROP', '-j REJECT', '-j REJECT --reject-with tcp-reset', '-j LOG'),
        marking,
      );
  }
}

/**
 * What iptables refuses unless the rule names a protocol with ports. And an ICMP error is in the zone of the connection
 * that it is about, which a zone for one direction need not be.
 */
const NEEDS_PORTS = / --to-ports | --to-destination \S*:9090 | TPROXY | --zone-orig /;

function loadable([protocol, rest, target]: readonly [string, string, string]): string {
  const named = /^-p (tcp|udp)/.test(protocol);
  const tcp = /tcp-reset/.test(target) && !protocol.startsWith('-p tcp');
  const needs = tcp || (NEEDS_PORTS.test(` ${target} `) && !named);
  return `${needs ? '-p tcp' : protocol} ${rest} ${target}`.replace(/ +/g, ' ').trim();
}

function ruleIn(place: Place, chains: readonly string[]): Text {
  const own = targetsOf(place);
  const jumps = fc.constantFrom(
    ...chains.flatMap((chain) => [`-j ${chain}`, `-j ${chain}`, `-g ${chain}`]),
    '-j RETURN',
  );
  const target = chains.length > 0 ? fc.oneof({ weight: 3, arbitrary: own }, { weight: 2, arbitrary: jumps }) : own;
  return fc.tuple(protocolAndPorts(place), otherMatches(place), target).map(loadable);
}

/** A built-in chain and three of one's own below it; a chain only leads to later ones, so that there is no loop. */
function chainsOf(place: Place): Text {
  const names = ['A', 'B', 'C'].map((letter) => `${place.hook}_${letter}`);
  const all = [place.hook, ...names];
  const mayDrop = place.table !== 'nat';
  const policy = fc.constantFrom('ACCEPT', 'ACCEPT', 'ACCEPT', 'ACCEPT', mayDrop ? 'DROP' : 'ACCEPT');
  const rules = fc.tuple(
    ...all.map((chain, i) =>
      fc
        .array(ruleIn(place, all.slice(i + 1)), { minLength: i === 0 ? 1 : 0, maxLength: 5 })
        .map((list) => list.map((text) => `-A ${chain} ${text}`).join('\n')),
    ),
  );
  return fc.tuple(policy, rules).map(([p, list]) => {
    const declared = [`:${place.hook} ${p}`, ...names.map((name) => `:${name} -`)].map((line) => `${line} [0:0]`);
    return [declared.join('\n'), ...list.filter((text) => text !== '')].join('\n');
  });
}

const BOTH: readonly PacketHook[] = ['PREROUTING', 'OUTPUT'];
const HOOKS: Readonly<Record<Place['table'], readonly PacketHook[]>> = {
  raw: BOTH,
  mangle: BOTH,
  nat: BOTH,
  filter: ['OUTPUT'],
};

function tableOf(family: Family, table: Place['table']): Text {
  return fc.tuple(...HOOKS[table].map((hook) => chainsOf({ family, table, hook }))).map((parts) => {
    const lines = parts.join('\n').split('\n');
    const declared = lines.filter((line) => line.startsWith(':'));
    const rules = lines.filter((line) => line.startsWith('-A'));
    return [`*${table}`, ...declared, ...rules, 'COMMIT', ''].join('\n');
  });
}

/** An empty table stands in the text, so that loading it also clears what was there before. */
function emptyTable(table: Place['table']): string {
  return [`*${table}`, ...HOOKS[table].map((hook) => `:${hook} ACCEPT [0:0]`), 'COMMIT', ''].join('\n');
}

/** The text of an `iptables-restore`, the form that the kernel and our parser share: all four tables, some of them empty. */
export function arbitraryRules(family: Family): Text {
  const sometimes = (table: Place['table'], odds: number): Text =>
    fc.tuple(fc.nat(odds), tableOf(family, table)).map(([dice, text]) => (dice === odds ? text : emptyTable(table)));
  return fc
    .tuple(sometimes('raw', 1), sometimes('mangle', 1), tableOf(family, 'nat'), sometimes('filter', 2))
    .map((tables) => tables.join(''));
}

import fc from 'fast-check';
import type { Family } from '../../src/model/family.ts';
import type { ConntrackState } from '../../src/model/match.ts';
import type { Packet, PacketHook } from '../../src/model/packet.ts';
import { PEER_IPV4, PEER_IPV6, POD_IPV4, POD_IPV6 } from '../kernel/index.ts';

/**
 * Rules and packets that meet: both are drawn from the same few ports, addresses, ids and marks, so that rules match
 * often. Rules are written as the text of `iptables-restore`, the form that the kernel and our parser share.
 */
const PORTS = [53, 80, 8080, 15001, 15006, 15008, 15053] as const;
const IDS = [1000, 1001, 1337] as const;
const MARKS = ['0x0', '0x1', '0x539', '0x53a', '0x111'] as const;
const MASKED = ['0x539/0xfff', '0x1/0x1', '0x500/0xf00', '0x111/0xfff', '0x539', '0x0/0xff'] as const;
const ADDRESSES: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['127.0.0.1', '127.0.0.6', POD_IPV4, PEER_IPV4, '203.0.113.10', '10.96.0.10'],
  ipv6: ['::1', POD_IPV6, PEER_IPV6, '2001:db8::10'],
};
/** Not the whole internet: iptables-nft cannot load `! -s ::/0`. */
const NETWORKS: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['127.0.0.0/8', '10.77.0.0/24', '10.96.0.0/12', '203.0.113.0/24', '10.0.0.0/255.0.255.0'],
  ipv6: ['fd77::/64', '2001:db8::/32'],
};

type Text = fc.Arbitrary<string>;
const one = (values: readonly (string | number)[]): Text => fc.constantFrom(...values).map(String);
const not = (text: Text, probability = 4): Text =>
  fc.tuple(fc.nat(probability), text).map(([dice, inner]) => (dice === probability ? `! ${inner}` : inner));
const maybe = (text: Text, probability = 3): Text =>
  fc.tuple(fc.nat(probability), text).map(([dice, inner]) => (dice === probability ? inner : ''));

/** Where a rule stands decides which matches and targets iptables allows in it. */
interface Place {
  readonly family: Family;
  readonly table: 'raw' | 'mangle' | 'nat' | 'filter';
  readonly hook: PacketHook;
}

const ports = fc.oneof(one(PORTS), fc.constantFrom('1024:65535', ':1023', '15001:15008'));

function portMatch(protocol: string): Text {
  const single = fc.tuple(
    not(ports.map((p) => `--dport ${p}`)),
    maybe(not(one([40000, 53]).map((p) => `--sport ${p}`))),
  );
  const multi = not(
    fc.constantFrom('--dports 53,15008', '--ports 80,8080', '--dports 80,15001:15006', '--sports 40000'),
  );
  return fc.oneof(
    { weight: 4, arbitrary: single.map((parts) => `-m ${protocol} ${parts.join(' ')}`) },
    { weight: 1, arbitrary: multi.map((text) => `-m multiport ${text}`) },
    { weight: 2, arbitrary: fc.constant('') },
  );
}

const protocolAndPorts: Text = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 5, arbitrary: portMatch('tcp').map((text) => `-p tcp ${text}`) },
  { weight: 3, arbitrary: portMatch('udp').map((text) => `-p udp ${text}`) },
  { weight: 1, arbitrary: fc.constantFrom('! -p tcp', '! -p udp', '-p 47') },
);

function addresses({ family }: Place): Text {
  const any = fc.oneof(one(ADDRESSES[family]), one(NETWORKS[family]));
  return fc
    .tuple(maybe(not(any.map((a) => `-d ${a}`))), maybe(not(any.map((a) => `-s ${a}`)), 6))
    .map((parts) => parts.join(' '));
}

function interfaces({ hook }: Place): Text {
  const names = fc.constantFrom('lo', 'eth0', 'eth+', 'net1', '+');
  return maybe(not(names.map((name) => `${hook === 'PREROUTING' ? '-i' : '-o'} ${name}`)));
}

/** xt_owner is refused outside of OUTPUT and POSTROUTING. */
function owner({ hook }: Place): Text {
  if (hook === 'PREROUTING') return fc.constant('');
  const ids = fc.oneof(one(IDS), fc.constantFrom('1000-1336'));
  const option = (name: string) =>
    not(
      ids.map((id) => `--${name}-owner ${id}`),
      2,
    );
  return maybe(
    fc.oneof(
      option('uid').map((text) => `-m owner ${text}`),
      option('gid').map((text) => `-m owner ${text}`),
      fc.tuple(option('uid'), option('gid')).map((parts) => `-m owner ${parts.join(' ')}`),
      not(fc.constant('--socket-exists')).map((text) => `-m owner ${text}`),
    ),
    2,
  );
}

const marks: Text = maybe(
  not(fc.oneof(one(MARKS), one(MASKED)).map((mark) => `--mark ${mark}`)).map((t) => `-m mark ${t}`),
);
const connmarks: Text = maybe(
  not(fc.oneof(one(MARKS), one(MASKED)).map((mark) => `--mark ${mark}`)).map((text) => `-m connmark ${text}`),
  8,
);
const states: Text = maybe(
  not(fc.constantFrom('NEW', 'INVALID', 'RELATED,ESTABLISHED', 'NEW,INVALID', 'UNTRACKED', 'ESTABLISHED')).map(
    (text) => `-m conntrack ${text.startsWith('!') ? `! --ctstate ${text.slice(2)}` : `--ctstate ${text}`}`,
  ),
  6,
);

function targetsOf({ table, hook }: Place): Text {
  const common = ['-j RETURN', '-j ACCEPT'];
  switch (table) {
    case 'raw':
      return fc.constantFrom(...common, '-j CT --zone 1', '-j CT --zone 2', '-j CT --notrack', '-j DROP');
    case 'mangle':
      return fc.constantFrom(
        ...common,
        '-j MARK --set-mark 0x539',
        '-j MARK --set-xmark 0x1/0x3',
        '-j MARK --set-xmark 0x500/0xf',
        '-j MARK --or-mark 0x100',
        '-j CONNMARK --set-xmark 0x111/0xfff',
        '-j CONNMARK --save-mark',
        '-j CONNMARK --restore-mark',
        '-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf0f',
        '-j DROP',
        '',
      );
    case 'nat':
      return fc.constantFrom(
        ...common,
        '-j REDIRECT --to-ports 15001',
        '-j REDIRECT --to-ports 15006',
        '-j REDIRECT --to-ports 15001-15006',
        '-j REDIRECT',
        `-j DNAT --to-destination :9090`,
      );
    case 'filter':
      return hook === 'OUTPUT'
        ? fc.constantFrom(...common, '-j DROP', '-j REJECT', '-j LOG')
        : fc.constantFrom(...common);
  }
}

/** REDIRECT and DNAT to ports are refused for rules that do not name a protocol with ports. */
function loadable([protocol, rest, target]: readonly [string, string, string]): string {
  const named = protocol.startsWith('-p tcp') || protocol.startsWith('-p udp');
  const needsPorts = / --to-ports | --to-destination /.test(`${target} `);
  return `${needsPorts && !named ? '-p tcp' : protocol} ${rest} ${target}`.replace(/ +/g, ' ').trim();
}

function ruleIn(place: Place, chains: readonly string[]): Text {
  const rest = fc
    .tuple(addresses(place), interfaces(place), marks, connmarks, states, owner(place))
    .map((p) => p.join(' '));
  const own = targetsOf(place);
  const jumps = fc.constantFrom(
    ...chains.flatMap((chain) => [`-j ${chain}`, `-j ${chain}`, `-g ${chain}`]),
    '-j RETURN',
  );
  const target = chains.length > 0 ? fc.oneof({ weight: 3, arbitrary: own }, { weight: 2, arbitrary: jumps }) : own;
  return fc.tuple(protocolAndPorts, rest, target).map(loadable);
}

/** A built-in chain and three of one's own below it; a chain only leads to later ones, so that there is no loop. */
function chainsOf(place: Place): Text {
  const names = ['A', 'B', 'C'].map((letter) => `${place.hook}_${letter}`);
  const all = [place.hook, ...names];
  const policy =
    place.table === 'filter' && place.hook === 'OUTPUT'
      ? fc.constantFrom('ACCEPT', 'ACCEPT', 'ACCEPT', 'DROP')
      : fc.constant('ACCEPT');
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

function tableOf(family: Family, table: Place['table'], hooks: readonly PacketHook[]): Text {
  return fc.tuple(...hooks.map((hook) => chainsOf({ family, table, hook }))).map((parts) => {
    const lines = parts.join('\n').split('\n');
    const declared = lines.filter((line) => line.startsWith(':'));
    const rules = lines.filter((line) => line.startsWith('-A'));
    return [`*${table}`, ...declared, ...rules, 'COMMIT', ''].join('\n');
  });
}

/** The text of an `iptables-restore`: some of the four tables. */
export function arbitraryRules(family: Family): Text {
  const both: readonly PacketHook[] = ['PREROUTING', 'OUTPUT'];
  return fc
    .tuple(
      maybe(tableOf(family, 'raw', both), 1),
      maybe(tableOf(family, 'mangle', both), 1),
      tableOf(family, 'nat', both),
      maybe(tableOf(family, 'filter', ['OUTPUT']), 2),
    )
    .map((tables) => tables.join(''));
}

/** Packets that a pod meets, in the fields that the rules above look at. */
export function arbitraryPacket(family: Family): fc.Arbitrary<Packet> {
  const own = family === 'ipv4' ? POD_IPV4 : POD_IPV6;
  const peer = family === 'ipv4' ? PEER_IPV4 : PEER_IPV6;
  const loopback = family === 'ipv4' ? '127.0.0.1' : '::1';
  const protocol = fc.oneof(
    { weight: 6, arbitrary: fc.constant('tcp') },
    { weight: 3, arbitrary: fc.constant('udp') },
    { weight: 1, arbitrary: fc.constant('icmp') },
  );
  const state = fc.oneof(
    { weight: 6, arbitrary: fc.constant<ConntrackState>('NEW') },
    { weight: 1, arbitrary: fc.constantFrom<ConntrackState>('ESTABLISHED', 'INVALID') },
  );
  const mark = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(1, 0x539, 0x53a, 0x111) },
  );
  const common = {
    protocol,
    ctState: state,
    destinationPort: fc.constantFrom(...PORTS, 9090, 1000),
    sourcePort: fc.constantFrom(40000, 41000),
  };
  const incoming = fc
    .record({ ...common, source: fc.constantFrom(peer, ADDRESSES[family].at(-1) ?? peer) })
    .map(
      (fields): Packet => ({ ...fields, family, hook: 'PREROUTING', destination: own, inInterface: 'eth0', mark: 0 }),
    );
  const owners = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...IDS), fc.constantFrom(...IDS)) },
    { weight: 1, arbitrary: fc.constant([null, null] as const) },
  );
  const targets = fc.constantFrom(...ADDRESSES[family]);
  const outgoing = fc
    .record({ ...common, mark, owners, destination: targets })
    .map(({ owners: [uid, gid], ...fields }): Packet => {
      const local = fields.destination === own || isLoopback(fields.destination);
      const source = isLoopback(fields.destination) ? loopback : own;
      return { ...fields, family, hook: 'OUTPUT', source, outInterface: local ? 'lo' : 'eth0', uid, gid };
    });
  return fc.oneof({ weight: 2, arbitrary: incoming }, { weight: 3, arbitrary: outgoing }).map(withoutMeaninglessPorts);
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

function withoutMeaninglessPorts(packet: Packet): Packet {
  if (packet.protocol !== 'icmp') return packet;
  const { sourcePort: _source, destinationPort: _destination, ...rest } = packet;
  return rest;
}

import { network, parseAddress } from '../../../src/model/address.ts';
import type { Family } from '../../../src/model/family.ts';
import type { Match } from '../../../src/model/match.ts';
import { TCP, UDP } from '../../../src/model/protocol.ts';
import type { Rule } from '../../../src/model/ruleset.ts';
import type { Target } from '../../../src/model/target.ts';
import type { Dice } from './dice.ts';
import type { Place, Purpose } from './place.ts';

const ALL = 0xffffffff;
const mark = (value: number, mask = ALL): Target => ({ kind: 'mark', value, mask });

/** What other agents and people put into a pod, as far as the kernel takes it in tables for that purpose. */
const TARGETS: Readonly<Record<Purpose, readonly Target[]>> = {
  nat: [
    ...[{ kind: 'return' } as const, { kind: 'return' } as const, { kind: 'accept' } as const, mark(0x539)],
    { kind: 'redirect', ports: { from: 9090, to: 9090 }, flags: [] },
    { kind: 'redirect', ports: { from: 15001, to: 15001 }, flags: [] },
  ],
  mangle: [
    ...[{ kind: 'return' } as const, { kind: 'accept' } as const, { kind: 'drop' } as const, mark(0x539), mark(0x77)],
    { kind: 'connmark-set', value: 0x111, mask: 0xfff },
  ],
  raw: [
    ...[{ kind: 'return' } as const, { kind: 'accept' } as const, { kind: 'drop' } as const],
    { kind: 'ct', notrack: true, rest: [] },
    { kind: 'ct', notrack: false, zone: 1, rest: [] },
  ],
  filter: [{ kind: 'return' }, { kind: 'accept' }, { kind: 'drop' }, { kind: 'reject' }],
};

/** A target that suits the place. */
export function foreignTarget({ purpose }: Place, dice: Dice): Target {
  return dice.pick(TARGETS[purpose]);
}

/** A rule that Istio did not write. */
export function foreignRule(place: Place, dice: Dice): Rule {
  return {
    index: 0,
    matches: conditions(place, dice),
    targets: [foreignTarget(place, dice)],
    origin: { source: 'foreign', line: 0 },
    text: '',
  };
}

const PORTS = [80, 443, 8080, 5432, 15008, 15090] as const;
const BLOCKS = { ipv4: ['203.0.113.0/24', '10.96.0.0/12'], ipv6: ['2001:db8::/32', 'fd77::/64'] } as const;

function conditions({ table, hook }: Place, dice: Dice): Match[] {
  const tcp: Match = { kind: 'protocol', negated: false, protocol: TCP };
  const port = dice.pick(PORTS);
  const one = (from: number, to = from) => ({ negated: false, value: [{ from, to }] });
  const family: Family = table.family === 'inet' ? dice.pick(['ipv4', 'ipv6']) : table.family;
  const outgoing = hook === 'OUTPUT' || hook === 'POSTROUTING';
  const choices: (readonly Match[])[] = [
    [],
    [tcp],
    [tcp, { kind: 'tcp', destinationPort: one(port) }],
    [tcp, { kind: 'tcp', destinationPort: one(port, port + 10) }],
    [tcp, { kind: 'tcp', sourcePort: one(40000) }],
    [
      tcp,
      { kind: 'multiport', side: 'destination', negated: false, ports: [80, 8080].map((n) => ({ from: n, to: n })) },
    ],
    [
      { kind: 'protocol', negated: false, protocol: UDP },
      { kind: 'udp', destinationPort: one(53) },
    ],
    [{ kind: 'destination', negated: dice.oneIn(4), network: block(dice.pick(BLOCKS[family]), family) }, tcp],
    [{ kind: 'mark', negated: false, value: 0x539, mask: 0xfff }],
    [{ kind: 'conntrack', states: { negated: false, value: [dice.pick(['ESTABLISHED', 'INVALID', 'NEW'])] } }],
    outgoing
      ? [{ kind: 'owner', uid: { negated: dice.oneIn(2), value: { from: 1000, to: 1000 } } }]
      : [{ kind: 'in-interface', negated: dice.oneIn(2), name: dice.pick(['eth0', 'net1', 'eth+']) }],
  ];
  return [...dice.pick(choices)];
}

function block(text: string, family: Family) {
  const [address = '', length = ''] = text.split('/');
  return network(family, parseAddress(address)?.value ?? 0n, Number(length));
}

import fc from 'fast-check';
import { addressBits, formatAddress, fullMask } from '../../../src/model/address.ts';
import type { Family } from '../../../src/model/family.ts';
import type { ConntrackState, Match } from '../../../src/model/match.ts';
import type { Packet, PacketHook } from '../../../src/model/packet.ts';
import type { Ruleset } from '../../../src/model/ruleset.ts';
import type { Target } from '../../../src/model/target.ts';

/** The values that rules name, and their neighbours: a packet made of them falls on either side of every condition. */
interface Values {
  readonly numbers: Set<number>;
  readonly addresses: Set<bigint>;
  readonly interfaces: Set<string>;
  readonly marks: Set<number>;
}

const NATURAL = {
  ipv4: [0x7f000001n, 0x0a4d0005n, 0xcb00710an],
  ipv6: [1n, (0xfd77n << 112n) | 5n, (0x2001_0db8n << 96n) | 16n],
};

/** Packets that can exist at a hook, chosen among the values that the rulesets name. */
export function packetsAround(rulesets: readonly Ruleset[], hook: PacketHook, family: Family): fc.Arbitrary<Packet> {
  const values: Values = {
    numbers: new Set([0, 53, 8080, 1000, 1337, 40000]),
    addresses: new Set(NATURAL[family]),
    interfaces: new Set(['eth0', 'eth0', 'lo', 'net1', 'other0']),
    marks: new Set([0, 1]),
  };
  for (const rule of rulesets.flatMap(({ tables }) => tables.flatMap((t) => t.chains.flatMap((c) => c.rules)))) {
    for (const match of rule.matches) addMatch(values, match, family);
    for (const target of rule.targets) addTarget(values, target);
  }
  return packetsOf(values, hook, family);
}

function addMatch(values: Values, match: Match, family: Family): void {
  switch (match.kind) {
    case 'source':
    case 'destination': {
      const { network } = match;
      if (network.family === family)
        around(values, network.address, network.address | (fullMask(family) ^ network.mask), family);
      return;
    }
    case 'iprange':
      for (const range of [match.source, match.destination]) {
        if (range) around(values, range.value.from, range.value.to, family);
      }
      return;
    case 'in-interface':
    case 'out-interface':
      values.interfaces.add(match.name.replace(/\+$/, '7'));
      return;
    case 'mark':
    case 'connmark':
      addMarks(values, match.value, match.mask);
      return;
    default:
      addNumbers(values, match);
  }
}

function addTarget(values: Values, target: Target): void {
  if ('mask' in target) addMarks(values, target.value, target.mask);
  else addNumbers(values, target);
}

function around({ addresses }: Values, from: bigint, to: bigint, family: Family): void {
  const last = (1n << BigInt(addressBits(family))) - 1n;
  for (const address of [from - 1n, from, to, to + 1n]) if (address >= 0n && address <= last) addresses.add(address);
}

function addMarks({ marks }: Values, value: number, mask: number): void {
  for (const mark of [value, value | (~mask & 0x1000_0000), value ^ 1]) marks.add(mark >>> 0);
}

/** Ports and ids, wherever they stand in the match. */
function addNumbers({ numbers }: Values, part: unknown): void {
  if (typeof part === 'number') for (const number of [part - 1, part, part + 1]) if (number >= 0) numbers.add(number);
  if (typeof part === 'object' && part !== null)
    for (const inner of Object.values(part)) addNumbers({ numbers } as Values, inner);
}

const STATES: readonly ConntrackState[] = ['NEW', 'NEW', 'NEW', 'ESTABLISHED', 'RELATED', 'INVALID'];

function packetsOf(
  { numbers, addresses, interfaces, marks }: Values,
  hook: PacketHook,
  family: Family,
): fc.Arbitrary<Packet> {
  const number = fc.constantFrom(...numbers);
  const port = number.map((value) => value & 0xffff);
  const address = fc.constantFrom(...addresses);
  const mark = fc.constantFrom(...marks);
  const fields = fc.record({
    protocol: fc.constantFrom('tcp', 'tcp', 'tcp', 'udp', 'udp', 'icmp', '47'),
    ports: fc.tuple(port, port),
    addresses: fc.tuple(address, address),
    interface: fc.constantFrom(...interfaces),
    owner: fc.option(fc.tuple(number, number), { nil: null, freq: 5 }),
    mark,
    connmark: mark,
    ctState: fc.constantFrom(...STATES),
  });
  return fields.map((some): Packet => {
    const [source, destination] = some.addresses;
    const loopback = isLoopback(source, family) || isLoopback(destination, family);
    const name = loopback ? 'lo' : some.interface;
    const ctState = some.ctState === 'RELATED' && some.protocol !== 'icmp' ? 'ESTABLISHED' : some.ctState;
    const withPorts = some.protocol === 'tcp' || some.protocol === 'udp';
    return {
      ...{ family, hook, protocol: some.protocol, ctState },
      ...{ source: formatAddress(family, source), destination: formatAddress(family, destination) },
      ...(withPorts ? { sourcePort: some.ports[0], destinationPort: some.ports[1] } : {}),
      ...(hook === 'PREROUTING' ? { inInterface: name } : { outInterface: name }),
      ...(hook === 'OUTPUT' ? { uid: some.owner?.[0] ?? null, gid: some.owner?.[1] ?? null } : {}),
      // nothing that comes in from outside brings a mark, and a connection gets one only once it is there
      mark: hook === 'PREROUTING' && name !== 'lo' ? 0 : some.mark,
      connmark: ctState === 'ESTABLISHED' || ctState === 'RELATED' ? some.connmark : 0,
    };
  });
}

function isLoopback(address: bigint, family: Family): boolean {
  return family === 'ipv4' ? address >> 24n === 127n : address === 1n;
}

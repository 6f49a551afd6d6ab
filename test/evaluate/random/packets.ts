import fc from 'fast-check';
import type { Family } from '../../../src/model/family.ts';
import type { ConntrackState } from '../../../src/model/match.ts';
import type { Packet } from '../../../src/model/packet.ts';
import { ADDRESSES, IDS, LOOPBACK, MARKS, OWN, PEER, PORTS, REMOTE } from './vocabulary.ts';

const protocol = fc.oneof(
  { weight: 12, arbitrary: fc.constant('tcp') },
  { weight: 6, arbitrary: fc.constant('udp') },
  { weight: 2, arbitrary: fc.constant('icmp') },
  { weight: 1, arbitrary: fc.constantFrom('47', '132') },
);
const state = fc.oneof(
  { weight: 6, arbitrary: fc.constant<ConntrackState>('NEW') },
  { weight: 2, arbitrary: fc.constantFrom<ConntrackState>('ESTABLISHED', 'INVALID', 'RELATED') },
);
const mark = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(...MARKS) });
const common = {
  protocol,
  ctState: state,
  mark,
  connmark: mark,
  destinationPort: fc.constantFrom(...PORTS, 9090, 1000),
  sourcePort: fc.constantFrom(40000, 41000),
};
const owners = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...IDS), fc.constantFrom(...IDS)) },
  { weight: 1, arbitrary: fc.constant([null, null] as const) },
);

function incoming(family: Family): fc.Arbitrary<Packet> {
  return fc.record({ ...common, source: fc.constantFrom(PEER[family], REMOTE[family]) }).map((fields) => ({
    ...fields,
    ...{ family, hook: 'PREROUTING', destination: OWN[family], inInterface: 'eth0' },
  }));
}

/** On lo a packet goes from one of the pod's own addresses to another. */
function onLoopback(family: Family): fc.Arbitrary<Packet> {
  return fc.record({ ...common, own: fc.constantFrom(LOOPBACK[family], OWN[family]) }).map(({ own, ...fields }) => ({
    ...fields,
    ...{ family, hook: 'PREROUTING', source: own, destination: own, inInterface: 'lo' },
  }));
}

function outgoing(family: Family): fc.Arbitrary<Packet> {
  return fc
    .record({ ...common, owners, destination: fc.constantFrom(...ADDRESSES[family]) })
    .map(({ owners: [uid, gid], ...fields }): Packet => {
      const toLoopback = isLoopback(fields.destination);
      const source = toLoopback ? LOOPBACK[family] : OWN[family];
      const outInterface = toLoopback || fields.destination === OWN[family] ? 'lo' : 'eth0';
      return { ...fields, family, hook: 'OUTPUT', source, outInterface, uid, gid };
    });
}

/** Packets that a pod meets, in the fields that the rules look at. */
export function arbitraryPacket(family: Family): fc.Arbitrary<Packet> {
  return fc
    .oneof(
      { weight: 4, arbitrary: incoming(family) },
      { weight: 6, arbitrary: outgoing(family) },
      { weight: 1, arbitrary: onLoopback(family) },
    )
    .map(possible);
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** Only what a packet of that kind can have: ports, a mark of its connection, a state. */
function possible(packet: Packet): Packet {
  const { sourcePort, destinationPort, ...rest } = packet;
  const ports = packet.protocol === 'icmp' || packet.protocol === '47' ? {} : { sourcePort, destinationPort };
  const ctState = stateFor(packet);
  return {
    ...rest,
    ...ports,
    ctState,
    connmark: mayHaveConnmark(packet, ctState) ? (packet.connmark ?? 0) : 0,
  } as Packet;
}

/** Without a helper only ICMP errors are RELATED, and conntrack finds nothing INVALID in protocols it does not know. */
function stateFor({ protocol: name, ctState = 'NEW' }: Packet): ConntrackState {
  if (ctState === 'RELATED' && name !== 'icmp') return 'ESTABLISHED';
  return ctState === 'INVALID' && /^\d+$/.test(name) ? 'NEW' : ctState;
}

function mayHaveConnmark({ hook, inInterface }: Packet, ctState: ConntrackState): boolean {
  if (ctState === 'INVALID' || ctState === 'RELATED') return false;
  return ctState === 'ESTABLISHED' || hook !== 'PREROUTING' || inInterface !== 'lo';
}

import type { Family } from '../../../src/model/family.ts';
import type { Packet } from '../../../src/model/packet.ts';
import { PEER_IPV4, PEER_IPV6, POD_IPV4, POD_IPV6 } from '../../kernel/index.ts';

/** What the packets below are about, in both families. */
interface Addresses {
  readonly own: string;
  readonly peer: string;
  readonly remote: string;
  /** Outside of what the CIDR lists of the tests include. */
  readonly elsewhere: string;
  /** In the excluded part of the included range. */
  readonly excluded: string;
  readonly loopback: string;
  readonly passthrough: string;
  readonly resolver: string;
  readonly probe: string;
}

export const ADDRESSES: Readonly<Record<Family, Addresses>> = {
  ipv4: {
    ...{ own: POD_IPV4, peer: PEER_IPV4, remote: '203.0.113.7', elsewhere: '198.51.100.7', excluded: '203.0.113.200' },
    ...{ loopback: '127.0.0.1', passthrough: '127.0.0.6', resolver: '10.96.0.10', probe: '169.254.7.127' },
  },
  ipv6: {
    ...{ own: POD_IPV6, peer: PEER_IPV6, remote: '2001:db8::7', elsewhere: '2001:db8:ffff::7' },
    ...{ excluded: '2001:db8:0:8000::7', loopback: '::1', passthrough: '::6', resolver: '2001:db8:9999::10' },
    probe: 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff',
  },
};

type Fields = Partial<Packet>;

const APP: Fields = { uid: 1000, gid: 1000 };
const PROXY: Fields = { uid: 1337, gid: 1337 };
const ZTUNNEL: Fields = { uid: 0, gid: 0, mark: 0x539 };

/** The packets that matter to a captured pod, by what a person would call them. */
export function packetsOf(family: Family): Readonly<Record<PacketName, Packet>> {
  const { own, peer, remote, elsewhere, excluded, loopback, passthrough, resolver, probe } = ADDRESSES[family];
  const inbound = (destinationPort: number, fields: Fields = {}): Packet => ({
    ...{ family, hook: 'PREROUTING', protocol: 'tcp', source: peer, sourcePort: 40000, destination: own },
    ...{ destinationPort, inInterface: 'eth0', ...fields },
  });
  const outbound = (destination: string, destinationPort: number, fields: Fields = {}): Packet => ({
    ...{ family, hook: 'OUTPUT', protocol: 'tcp', source: own, sourcePort: 40000, destination, destinationPort },
    ...{ outInterface: 'eth0', ...APP, ...fields },
  });
  const self = (destinationPort: number, fields: Fields) =>
    outbound(own, destinationPort, { outInterface: 'lo', ...fields });
  const toLoopback = (fields: Fields) => outbound(loopback, 8080, { source: loopback, outInterface: 'lo', ...fields });
  const onLo = (fields: Fields) => inbound(8080, { source: own, inInterface: 'lo', ...fields });
  return {
    'in 8080': inbound(8080),
    'in 9090': inbound(9090),
    'in 22': inbound(22),
    'in 15008': inbound(15008),
    'in 15020': inbound(15020),
    'in 15021': inbound(15021),
    'in 15090': inbound(15090),
    'in udp 8080': inbound(8080, { protocol: 'udp' }),
    'in INVALID': inbound(8080, { ctState: 'INVALID' }),
    'in ESTABLISHED': inbound(8080, { ctState: 'ESTABLISHED' }),
    'in from the probe': inbound(8080, { source: probe }),
    'in by net1': inbound(8080, { inInterface: 'net1' }),
    'in answer of the resolver': inbound(40000, { protocol: 'udp', source: resolver, sourcePort: 53 }),
    'on lo': onLo({}),
    'on lo, mark 1337': onLo({ mark: 1337 }),
    'on lo, mark 1338': onLo({ mark: 1338 }),
    'on lo, mark 0x111': onLo({ mark: 0x111 }),
    'app out': outbound(remote, 80),
    'app out 9092': outbound(remote, 9092),
    'app out 3306': outbound(remote, 3306),
    'app out udp 3306': outbound(remote, 3306, { protocol: 'udp' }),
    'app out elsewhere': outbound(elsewhere, 80),
    'app out elsewhere 9092': outbound(elsewhere, 9092),
    'app out excluded range': outbound(excluded, 80),
    'app out udp': outbound(remote, 9999, { protocol: 'udp' }),
    'app out INVALID': outbound(remote, 80, { ctState: 'INVALID' }),
    'app out ESTABLISHED': outbound(remote, 80, { ctState: 'ESTABLISHED' }),
    'app out by net1': outbound(remote, 80, {
      source: family === 'ipv4' ? '10.78.0.5' : 'fd78:1::5',
      outInterface: 'net1',
    }),
    'group 2000 out': outbound(remote, 80, { gid: 2000 }),
    'no socket out': outbound(remote, 80, { uid: null, gid: null }),
    'proxy out': outbound(remote, 80, PROXY),
    'proxy out by uid only': outbound(remote, 80, { uid: 1337 }),
    'proxy out by gid only': outbound(remote, 80, { gid: 1337 }),
    'ztunnel out': outbound(remote, 80, ZTUNNEL),
    'out mark 0x111': outbound(remote, 80, { mark: 0x111 }),
    'out connmark 0x111': outbound(remote, 80, { ctState: 'ESTABLISHED', connmark: 0x111 }),
    'out connmark 1337': outbound(remote, 80, { ...PROXY, ctState: 'ESTABLISHED', connmark: 1337 }),
    'app to itself': self(8080, APP),
    'proxy to itself': self(8080, PROXY),
    'proxy to itself by gid only': self(8080, { gid: 1337 }),
    'proxy to its own 15008': self(15008, PROXY),
    'proxy to the app from passthrough': self(8080, { ...PROXY, source: passthrough }),
    'app to loopback': toLoopback(APP),
    'proxy to loopback': toLoopback(PROXY),
    'app to the probe': outbound(probe, 80),
    'app dns udp': outbound(resolver, 53, { protocol: 'udp' }),
    'app dns tcp': outbound(resolver, 53),
    'app dns udp elsewhere': outbound(remote, 53, { protocol: 'udp' }),
    'app dns tcp elsewhere': outbound(remote, 53),
    'proxy dns udp': outbound(resolver, 53, { ...PROXY, protocol: 'udp' }),
    'ztunnel dns udp': outbound(resolver, 53, { ...ZTUNNEL, protocol: 'udp' }),
    'proxy dns answer': toLoopback({ ...PROXY, protocol: 'udp', sourcePort: 15053, destinationPort: 40000 }),
  };
}

/** The names of the packets, in the order in which a request lives. */
export type PacketName =
  | `in ${'8080' | '9090' | '22' | '15008' | '15020' | '15021' | '15090' | 'udp 8080' | 'INVALID' | 'ESTABLISHED'}`
  | `in ${'from the probe' | 'by net1' | 'answer of the resolver'}`
  | `on lo${'' | ', mark 1337' | ', mark 1338' | ', mark 0x111'}`
  | `app out${'' | ' 9092' | ' 3306' | ' udp 3306' | ' elsewhere' | ' elsewhere 9092' | ' excluded range' | ' udp'}`
  | `app out ${'INVALID' | 'ESTABLISHED' | 'by net1'}`
  | 'group 2000 out'
  | 'no socket out'
  | `proxy out${'' | ' by uid only' | ' by gid only'}`
  | 'ztunnel out'
  | `out ${'mark 0x111' | 'connmark 0x111' | 'connmark 1337'}`
  | 'app to itself'
  | `proxy to ${'itself' | 'itself by gid only' | 'its own 15008' | 'the app from passthrough' | 'loopback'}`
  | `app to ${'loopback' | 'the probe'}`
  | `app dns ${'udp' | 'tcp'}${'' | ' elsewhere'}`
  | `${'proxy' | 'ztunnel'} dns udp`
  | 'proxy dns answer';

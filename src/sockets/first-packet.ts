import type { Packet } from '../model/packet.ts';
import type { Socket } from '../model/socket.ts';
import { isLoopback } from './address.ts';
import type { OwnAddresses } from './own-addresses.ts';

/** The packet that opened a connection from this pod; null when its socket does not say enough. */
export function outboundPacket(socket: Socket, own: OwnAddresses): Packet | null {
  const { protocol, localAddress, peerAddress, peerPort, localPort, uid, mark } = socket;
  const family = familyOf(localAddress, peerAddress);
  if (family === null || peerPort === null || uid === null) return null;
  return {
    family,
    hook: 'OUTPUT',
    protocol,
    source: localAddress,
    sourcePort: localPort,
    destination: peerAddress,
    destinationPort: peerPort,
    outInterface: own.includes(peerAddress) ? 'lo' : own.interfaceOf(localAddress),
    uid,
    ...(mark === undefined ? {} : { mark }),
  };
}

/** The packet that opened a connection to this pod; null when its socket does not say enough. */
export function inboundPacket(socket: Socket, own: OwnAddresses): Packet | null {
  const { localAddress, peerAddress, peerPort, localPort, protocol } = socket;
  if (peerPort === null) return null;
  return packetFrom(
    { protocol, source: peerAddress, sourcePort: peerPort, address: localAddress, port: localPort },
    own,
  );
}

/** A host that is not the pod: an address for documentation, which no rule of Istio's names. */
const SOMEBODY = { ipv4: '192.0.2.1', ipv6: '2001:db8::1' } as const;

/** The first packet of a connection that another host might open to an address of the pod. */
export function packetToListener(socket: Socket, address: string, own: OwnAddresses): Packet | null {
  const source = SOMEBODY[address.includes(':') ? 'ipv6' : 'ipv4'];
  return packetFrom({ protocol: socket.protocol, source, sourcePort: 40_000, address, port: socket.localPort }, own);
}

interface Inbound {
  readonly protocol: 'tcp' | 'udp';
  readonly source: string;
  readonly sourcePort: number;
  readonly address: string;
  readonly port: number;
}

function packetFrom({ protocol, source, sourcePort, address, port }: Inbound, own: OwnAddresses): Packet | null {
  const family = familyOf(source, address);
  if (family === null || isLoopback(address)) return null;
  const inInterface = own.interfaceOf(address);
  return {
    family,
    hook: 'PREROUTING',
    protocol,
    source,
    sourcePort,
    destination: address,
    destinationPort: port,
    inInterface,
  };
}

/** The family of both addresses; null when they differ, which only a made-up text can say. */
function familyOf(one: string, other: string): Packet['family'] | null {
  if (one.includes(':') !== other.includes(':') || one === '*' || other === '*') return null;
  return one.includes(':') ? 'ipv6' : 'ipv4';
}

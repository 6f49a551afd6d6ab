import { parseAddress } from '../model/address.ts';
import type { Family } from '../model/family.ts';
import type { ConntrackState } from '../model/match.ts';
import type { Packet } from '../model/packet.ts';
import { hasPorts, protocolNumber } from '../model/protocol.ts';
import type { Hook } from '../model/ruleset.ts';

/** What rewrote the destination of the packet, once a nat rule decided. */
export type NatAction =
  | { readonly kind: 'redirect'; readonly port: number | null }
  | { readonly kind: 'dnat'; readonly to: string };

/** A packet on its way through the hooks: what rules look at, and what they have changed so far. */
export interface State {
  hook: Hook;
  readonly family: Family;
  readonly protocol: number;
  readonly source: bigint;
  destination: bigint;
  /** Null: unknown, or a protocol without ports. */
  readonly sourcePort: number | null;
  destinationPort: number | null;
  /** Empty where the hook has no such interface. */
  inInterface: string;
  outInterface: string;
  /** Null: no socket. An id that is undefined was not given. */
  readonly owner: { readonly uid: number | undefined; readonly gid: number | undefined } | null;
  mark: number;
  connmark: number;
  /** The state that connection tracking finds; rules see it from the moment `conntrack` is `attached`. */
  readonly ctState: ConntrackState;
  /** Attached to the packet: nothing yet (raw), a template of CT --zone, the untracked mark, or its connection. */
  conntrack: 'none' | 'template' | 'untracked' | 'attached';
  zone: number | null;
  markSet: boolean;
  nat: NatAction | null;
  tproxy: { readonly port: number } | null;
}

/** A packet that cannot be evaluated: which field, and what was expected. */
export class PacketFieldError extends Error {
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.name = 'PacketFieldError';
    this.field = field;
  }
}

const LOOPBACK_V4 = 127n << 24n;

/** Whether an address can only be reached inside the namespace: 127.0.0.0/8 or ::1. */
export function isLoopback(family: Family, address: bigint): boolean {
  return family === 'ipv4' ? (address & (255n << 24n)) === LOOPBACK_V4 : address === 1n;
}

/**
 * The packet with the fields that were left out filled in: interfaces by the kernel's rule (`lo` exactly when the
 * destination is local), no marks, the first packet of a connection.
 * @throws PacketFieldError when a field has no meaning
 */
export function completePacket(packet: Packet): Packet {
  const { family, hook, protocol, source, destination } = packet;
  const sourcePort = packet.sourcePort ?? (hasPorts(packetProtocol(packet)) ? 40000 : undefined);
  // Field by field, because copies by spreading took a third of the time of a batch of packets.
  const complete: { -readonly [Field in keyof Packet]: Packet[Field] } =
    sourcePort === undefined
      ? { family, hook, protocol, source, destination }
      : { family, hook, protocol, source, sourcePort, destination };
  if (packet.destinationPort !== undefined) complete.destinationPort = packet.destinationPort;
  if (hook === 'PREROUTING') {
    complete.inInterface = packet.inInterface ?? 'eth0';
    if (packet.uid !== undefined) complete.uid = packet.uid;
    if (packet.gid !== undefined) complete.gid = packet.gid;
  } else {
    complete.outInterface = packet.outInterface ?? (isToSelf(packet) ? 'lo' : 'eth0');
    complete.uid = packet.uid ?? null;
    complete.gid = packet.gid ?? complete.uid;
  }
  complete.mark = packet.mark ?? 0;
  complete.connmark = packet.connmark ?? 0;
  complete.ctState = packet.ctState ?? 'NEW';
  return complete;
}

function isToSelf(packet: Packet): boolean {
  return packet.destination === packet.source || isLoopback(packet.family, fieldAddress(packet, 'destination'));
}

/**
 * The state in which a packet enters its first hook.
 * @throws PacketFieldError when a field has no meaning
 */
export function initialState(packet: Packet): State {
  const protocol = packetProtocol(packet);
  const ports = hasPorts(protocol);
  const inInterface = packet.hook === 'PREROUTING' ? (packet.inInterface ?? 'eth0') : '';
  return {
    hook: packet.hook,
    family: packet.family,
    protocol,
    source: fieldAddress(packet, 'source'),
    destination: fieldAddress(packet, 'destination'),
    sourcePort: ports ? (packet.sourcePort ?? null) : null,
    destinationPort: ports ? (packet.destinationPort ?? null) : null,
    inInterface,
    outInterface: packet.hook === 'OUTPUT' ? (packet.outInterface ?? '') : '',
    owner: packet.hook === 'OUTPUT' ? ownerOf(packet) : null,
    mark: packet.mark ?? 0,
    connmark: packet.connmark ?? 0,
    ctState: packet.ctState ?? 'NEW',
    // A packet on lo still carries the connection it was given in OUTPUT (nf_conntrack_in leaves it alone).
    conntrack: inInterface === 'lo' ? 'attached' : 'none',
    zone: null,
    markSet: false,
    nat: null,
    tproxy: null,
  };
}

function ownerOf(packet: Packet): State['owner'] {
  const { uid, gid } = packet;
  if ((uid ?? null) === null && (gid ?? null) === null) return null;
  return { uid: uid ?? undefined, gid: gid ?? undefined };
}

/** The protocol number of the family's ICMP. */
export function icmpOf(family: Family): number {
  return family === 'ipv4' ? 1 : 58;
}

/**
 * The protocol number of a packet; `icmp` is 1 or 58 by family.
 * @throws PacketFieldError when the protocol is neither a known name nor 0–255
 */
export function packetProtocol(packet: Packet): number {
  if (packet.protocol === 'icmp') return icmpOf(packet.family);
  const number = protocolNumber(packet.protocol);
  if (number === null) {
    throw new PacketFieldError('protocol', `"${packet.protocol}" is not tcp, udp, icmp or a number 0-255`);
  }
  return number;
}

function fieldAddress(packet: Packet, field: 'source' | 'destination'): bigint {
  const address = parseAddress(packet[field]);
  if (address?.family === packet.family) return address.value;
  throw new PacketFieldError(field, `"${packet[field]}" is not an ${packet.family} address`);
}

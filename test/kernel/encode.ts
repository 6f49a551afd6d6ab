import type { Packet } from '../../src/model/packet.ts';
import { hasPorts } from '../../src/model/protocol.ts';
import { protocolNumberOf, type Unobservable } from './observed.ts';

/** A packet as agent/observe.py takes it. */
export interface PacketRequest {
  readonly hook: Packet['hook'];
  readonly family: 4 | 6;
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** The interface to arrive on (PREROUTING). */
  readonly interface: string;
  /** The interface to bind the sending socket to (OUTPUT); null lets the routes choose. */
  readonly bind: string | null;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly mark: number;
  readonly connmark: number;
  readonly state: string;
}

const TCP = 6;
const UDP = 17;

/** Fills in what a packet leaves out, or says why no such packet can be made. */
export function encode(packet: Packet): PacketRequest | Unobservable {
  const protocol = protocolNumberOf(packet);
  const state = packet.ctState ?? 'NEW';
  const reason = infeasible(packet, protocol, state);
  if (reason !== null) return { kind: 'unobservable', because: reason };
  const out = packet.outInterface ?? 'eth0';
  const uid = packet.hook === 'OUTPUT' ? (packet.uid ?? null) : 0;
  return {
    hook: packet.hook,
    family: packet.family === 'ipv4' ? 4 : 6,
    protocol,
    source: packet.source,
    destination: packet.destination,
    ...(hasPorts(protocol)
      ? { sourcePort: packet.sourcePort ?? 40000, destinationPort: packet.destinationPort ?? 0 }
      : {}),
    interface: packet.inInterface ?? 'eth0',
    // bound to lo or eth0 the kernel would send there whatever the destination, which no program of a pod does
    bind: out === 'lo' || out === 'eth0' ? null : out,
    uid,
    gid: packet.hook === 'OUTPUT' ? (packet.gid ?? uid) : 0,
    mark: packet.mark ?? 0,
    connmark: packet.connmark ?? 0,
    state,
  };
}

function infeasible(packet: Packet, protocol: number, state: string): string | null {
  const icmp = packet.protocol === 'icmp' || protocol === (packet.family === 'ipv4' ? 1 : 58);
  const arrivesOnLo = packet.hook === 'PREROUTING' && packet.inInterface === 'lo';
  if (state === 'UNTRACKED') return 'only a rule makes a packet UNTRACKED';
  if (state === 'RELATED' && !icmp) return 'without a helper only ICMP errors are RELATED';
  if (state === 'INVALID' && protocol !== TCP && protocol !== UDP && !icmp) {
    return 'conntrack finds nothing INVALID in a protocol that it does not know';
  }
  if (state === 'INVALID' && packet.connmark) return 'an INVALID packet has no connection';
  if (state === 'RELATED' && packet.connmark) return 'the connection mark of a RELATED packet is that of its master';
  if (arrivesOnLo && state === 'NEW' && packet.connmark) return 'the connection of a packet on lo began in OUTPUT';
  if (packet.hook === 'OUTPUT' && packet.uid === null && packet.gid) return 'a packet without a socket has no group';
  return null;
}

import { PASSTHROUGH_ADDRESS } from '../istio/proxy.ts';
import { type Network, network } from '../model/address.ts';
import type { ConntrackStateName, Match, Negatable } from '../model/match.ts';
import { TCP, UDP } from '../model/protocol.ts';
import type { Target } from '../model/target.ts';

/** One condition of a rule, or several that belong together. */
export type Clause = Match | readonly Match[];

export const tcp: Match = { kind: 'protocol', negated: false, protocol: TCP };
export const udp: Match = { kind: 'protocol', negated: false, protocol: UDP };
/** `-m tcp` without options, as ambient's probe rules carry it. */
export const bareTcp: Match = { kind: 'tcp' };

/** The destination port of a tcp packet; the protocol match is not included. */
export function tcpDport(port: number): Match {
  return { kind: 'tcp', destinationPort: { negated: false, value: [{ from: port, to: port }] } };
}

/** A tcp destination port among several, as an anonymous set of nftables, which nft sorts; iptables has `dports`. */
export function tcpDports(...ports: readonly number[]): Match {
  const sorted = [...new Set(ports)].sort((a, b) => a - b);
  return { kind: 'tcp', destinationPort: { negated: false, value: sorted.map((port) => ({ from: port, to: port })) } };
}

/** The destination port of a udp packet; the protocol match is not included. */
export function udpDport(port: number): Match {
  return { kind: 'udp', destinationPort: { negated: false, value: [{ from: port, to: port }] } };
}

/** The source port of a udp packet; the protocol match is not included. */
export function udpSport(port: number): Match {
  return { kind: 'udp', sourcePort: { negated: false, value: [{ from: port, to: port }] } };
}

/** A destination port among several. */
export function dports(...ports: readonly number[]): Match {
  const ranges = ports.map((port) => ({ from: port, to: port }));
  return { kind: 'multiport', side: 'destination', negated: false, ports: ranges };
}

/** The source address lies in the block, whose family it implies. */
export function from(block: Network): Match {
  return { kind: 'source', negated: false, network: block };
}

/** The destination address lies in the block, whose family it implies. */
export function to(block: Network): Match {
  return { kind: 'destination', negated: false, network: block };
}

/** The packet came in by the interface. */
export function inInterface(name: string): Match {
  return { kind: 'in-interface', negated: false, name };
}

/** The packet leaves by the interface. */
export function outInterface(name: string): Match {
  return { kind: 'out-interface', negated: false, name };
}

/** The socket that sent the packet belongs to the user. */
export function uid(id: number): Match {
  return { kind: 'owner', uid: { negated: false, value: { from: id, to: id } } };
}

/** The socket that sent the packet belongs to the group. */
export function gid(id: number): Match {
  return { kind: 'owner', gid: { negated: false, value: { from: id, to: id } } };
}

/** `(mark & mask) === value`; without a mask all 32 bits count. */
export function mark(value: number, mask = 0xffffffff): Match {
  return { kind: 'mark', negated: false, value, mask };
}

/** The same for the mark of the connection. */
export function connmark(value: number, mask = 0xffffffff): Match {
  return { kind: 'connmark', negated: false, value, mask };
}

/** The connection is in one of the states, in the order in which they are printed. */
export function ctState(...states: readonly ConntrackStateName[]): Match {
  return { kind: 'conntrack', states: { negated: false, value: states } };
}

/** The inverted condition. Throws for matches that no layout inverts. */
export function not(match: Match): Match {
  switch (match.kind) {
    case 'source':
    case 'destination':
    case 'in-interface':
    case 'out-interface':
    case 'multiport':
    case 'mark':
    case 'connmark':
      return { ...match, negated: !match.negated };
    case 'owner':
      if (match.uid !== undefined) return { ...match, uid: inverted(match.uid) };
      if (match.gid !== undefined) return { ...match, gid: inverted(match.gid) };
      break;
    case 'tcp':
    case 'udp':
      if (match.destinationPort !== undefined) return { ...match, destinationPort: inverted(match.destinationPort) };
      if (match.sourcePort !== undefined) return { ...match, sourcePort: inverted(match.sourcePort) };
  }
  throw new Error(`no layout inverts a ${match.kind} match`);
}

function inverted<T>(option: Negatable<T>): Negatable<T> {
  return { ...option, negated: !option.negated };
}

export const ACCEPT: Target = { kind: 'accept' };
export const DROP: Target = { kind: 'drop' };
export const RETURN: Target = { kind: 'return' };

/** Goes on in a chain and comes back. */
export function jump(chain: string): Target {
  return { kind: 'jump', chain };
}

/** Sends the packet to a port of this host. */
export function redirect(port: number): Target {
  return { kind: 'redirect', ports: { from: port, to: port }, flags: [] };
}

/** `MARK --set-xmark value/0xffffffff`: sets the whole mark. */
export function setMark(value: number): Target {
  return { kind: 'mark', value, mask: 0xffffffff };
}

/** `CONNMARK --set-xmark value/mask`. */
export function setConnmark(value: number, mask: number): Target {
  return { kind: 'connmark-set', value, mask };
}

/** Rewrites the source address. */
export function snat(address: Network): Target {
  return { kind: 'snat', address: { from: address.address, to: address.address, family: address.family }, flags: [] };
}

/** Puts the packet into a conntrack zone, both directions. */
export function zone(id: number): Target {
  return { kind: 'ct', notrack: false, zone: id, rest: [] };
}

export const LOOPBACK_V4: Network = network('ipv4', 0x7f000001n, 32);
export const LOOPBACK_V6: Network = network('ipv6', 1n, 128);
/** The source that the proxy uses towards the application. */
export const PASSTHROUGH_V4: Network = network('ipv4', PASSTHROUGH_ADDRESS.ipv4, 32);
export const PASSTHROUGH_V6: Network = network('ipv6', PASSTHROUGH_ADDRESS.ipv6, 128);

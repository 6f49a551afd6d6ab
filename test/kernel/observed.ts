import type { ConntrackState } from '../../src/model/match.ts';
import type { Packet, PacketHook, VerdictKind } from '../../src/model/packet.ts';
import { hasPorts, protocolNumber } from '../../src/model/protocol.ts';

/** A rule, policy or implicit return that the kernel says a packet met. */
export interface PathStep {
  readonly backend: 'legacy' | 'nft';
  readonly family: 'ip' | 'ip6' | 'inet';
  readonly table: string;
  readonly chain: string;
  readonly kind: 'rule' | 'return' | 'policy' | '?';
  /** 1-based position of a rule in its chain. */
  readonly index?: number;
  /** nft's handle of a rule. */
  readonly handle?: number | null;
  /** What the rule did, as nft names it; legacy traces do not say. */
  readonly verdict?: string;
}

/** What the kernel did to a packet. */
export interface Observation {
  readonly kind: 'observed';
  readonly verdict: VerdictKind;
  /** The packet's mark behind the hook, whether or not a rule set it. Null when it was dropped or refused. */
  readonly mark: number | null;
  /** The state conntrack found. Null when the packet did not get to the end, or nothing tracks connections. */
  readonly ctState: ConntrackState | null;
  readonly connmark: number | null;
  /** The zone of the packet's connection; null when it has none. */
  readonly ctZone: number | null;
  readonly destination: string | null;
  readonly destinationPort: number | null;
  /** The interface the hook was entered with: the in-interface of PREROUTING, the out-interface of OUTPUT. */
  readonly interface: string;
  /** Only when asked for. */
  readonly path: readonly PathStep[];
}

/** No real packet is like that here, or it cannot be made with the means at hand. */
export interface Unobservable {
  readonly kind: 'unobservable';
  readonly because: string;
}

export type Observed = Observation | Unobservable;

/** What the agent's taps saw at one point of a hook (agent/taps.py). */
interface Sighting {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly mark: number;
  readonly gid?: number;
  readonly inInterface?: string;
  readonly outInterface?: string;
  readonly state?: ConntrackState | 'unknown';
  readonly connmark?: number;
  readonly zone?: number;
}

interface HookSightings {
  readonly entered?: Sighting;
  readonly left?: Sighting;
  readonly answered?: { readonly source: string; readonly destination: string };
}

/** The agent's answer about one packet. */
export interface AgentObservation {
  readonly hooks: Readonly<Partial<Record<PacketHook, HookSightings>>>;
  readonly failure: string | null;
  readonly rules?: readonly PathStep[];
}

/** What the rules under test have around them. */
export interface Surroundings {
  /** Port of a transparent listener by the gid its socket belongs to. */
  readonly transparent: ReadonlyMap<number, number>;
  /** Where REDIRECT sends packets of PREROUTING: the addresses of the interfaces. */
  readonly ownAddresses: ReadonlySet<string>;
}

/** Reads the taps: where the packet came out of the hook, and as what. */
export function interpret(packet: Packet, seen: AgentObservation, around: Surroundings): Observed {
  const here = seen.hooks[packet.hook] ?? {};
  const impossible = refusal(packet, seen, here);
  if (impossible !== null || !here.entered) {
    return { kind: 'unobservable', because: impossible ?? 'the kernel discards such a packet ahead of the hook' };
  }
  return {
    kind: 'observed',
    verdict: verdictOf(packet, here, around),
    mark: here.left?.mark ?? null,
    ...connectionOf(here.left),
    destination: here.left?.destination ?? null,
    destinationPort: here.left?.destinationPort ?? null,
    interface: interfaceOf(packet, here.entered),
    path: seen.rules ?? [],
  };
}

/** Why what arrived at the hook is not the packet that was asked for. */
function refusal(packet: Packet, seen: AgentObservation, here: HookSightings): string | null {
  const { entered, left } = here;
  if (!entered) return seen.failure === null ? null : `sending it fails with ${seen.failure}`;
  const rewritten = packet.hook === 'PREROUTING' && changedBefore(seen.hooks.OUTPUT);
  if (rewritten) return 'the rules of OUTPUT rewrite it on its way to lo';
  const wanted = packet.hook === 'PREROUTING' ? packet.inInterface : packet.outInterface;
  const actual = interfaceOf(packet, entered);
  if (wanted !== undefined && wanted !== actual) return `it takes ${actual}, not ${wanted}`;
  if (packet.hook === 'OUTPUT' && actual !== 'lo' && isLoopback(packet)) {
    return 'the kernel finds no route from a loopback address to another interface';
  }
  if (left && !hasState(packet, left.state)) return `its connection is ${left.state}, not ${packet.ctState ?? 'NEW'}`;
  return null;
}

/** A raw socket could send it; but the kernel refuses such a route to all others, and drops it once a mark changes. */
function isLoopback({ source }: Packet): boolean {
  return source.startsWith('127.') || source === '::1';
}

function changedBefore(output: HookSightings | undefined): boolean {
  const { entered, left } = output ?? {};
  return entered !== undefined && left !== undefined && (moved(entered, left) || entered.mark !== left.mark);
}

/** A rule may turn any state into UNTRACKED. Without conntrack there is no state to compare. */
function hasState(packet: Packet, state: Sighting['state']): boolean {
  return state === 'unknown' || state === 'UNTRACKED' || state === (packet.ctState ?? 'NEW');
}

function interfaceOf(packet: Packet, seen: Sighting): string {
  return (packet.hook === 'PREROUTING' ? seen.inInterface : seen.outInterface) ?? '';
}

function moved(before: Sighting, after: Sighting): boolean {
  return before.destination !== after.destination || before.destinationPort !== after.destinationPort;
}

function connectionOf(left: Sighting | undefined): Pick<Observation, 'ctState' | 'connmark' | 'ctZone'> {
  const state = left?.state;
  if (left === undefined || state === undefined || state === 'unknown') {
    return { ctState: null, connmark: null, ctZone: null };
  }
  const connected = state !== 'INVALID' && state !== 'UNTRACKED';
  return {
    ctState: state,
    connmark: connected ? (left.connmark ?? 0) : null,
    ctZone: connected ? (left.zone ?? 0) : null,
  };
}

function verdictOf(packet: Packet, here: HookSightings, around: Surroundings): VerdictKind {
  const { entered, left, answered } = here;
  if (!left || !entered) return { kind: answered ? 'reject' : 'drop' };
  // only TPROXY gives a packet of PREROUTING a socket (early demux comes later)
  const listener =
    packet.hook === 'PREROUTING' && left.gid !== undefined ? around.transparent.get(left.gid) : undefined;
  if (listener !== undefined) return { kind: 'tproxy', port: listener };
  if (!moved(entered, left)) return { kind: 'accept' };
  return movedTo(packet, left, around);
}

/** A DNAT to the address that REDIRECT uses is the same thing, and reads the same. */
function movedTo(packet: Packet, left: Sighting, around: Surroundings): VerdictKind {
  const loopback = packet.family === 'ipv4' ? '127.0.0.1' : '::1';
  const toSelf = packet.hook === 'OUTPUT' ? left.destination === loopback : around.ownAddresses.has(left.destination);
  const port = hasPorts(protocolNumberOf(packet)) ? left.destinationPort : undefined;
  if (toSelf) return port === undefined ? { kind: 'redirect' } : { kind: 'redirect', port };
  const address = packet.family === 'ipv6' && port !== undefined ? `[${left.destination}]` : left.destination;
  return { kind: 'dnat', to: port === undefined ? address : `${address}:${port}` };
}

/** The protocol number of a packet; `icmp` is 1 or 58 by family. */
export function protocolNumberOf(packet: Packet): number {
  if (packet.protocol === 'icmp') return packet.family === 'ipv4' ? 1 : 58;
  const number = protocolNumber(packet.protocol);
  if (number === null) throw new Error(`no protocol: ${packet.protocol}`);
  return number;
}

import { formatAddress, parseAddress } from '../../src/model/address.ts';
import type { Packet, Verdict } from '../../src/model/packet.ts';
import { hasPorts } from '../../src/model/protocol.ts';
import { type Observation, protocolNumberOf } from './observed.ts';

interface Target {
  readonly address?: string;
  readonly port?: number;
}

/**
 * What the kernel did otherwise than a verdict says, in words, or null when they agree. Compared by effect: where the
 * packet goes (a REDIRECT to where it was going anyway is an accept), its mark, the zone of its connection. An
 * undetermined verdict agrees with everything. Address ranges of DNAT are not looked into.
 */
export function disagreement(packet: Packet, verdict: Verdict, observed: Observation): string | null {
  if (verdict.kind === 'undetermined') return null;
  return differsInKind(packet, verdict, observed) ?? differsInMarks(packet, verdict, observed);
}

function differsInKind(packet: Packet, verdict: Verdict, observed: Observation): string | null {
  const said = JSON.stringify(verdict);
  const seen = JSON.stringify(observed.verdict);
  switch (verdict.kind) {
    case 'drop':
    case 'reject':
      return observed.verdict.kind === verdict.kind ? null : `${said}, but the kernel: ${seen}`;
    case 'tproxy':
      return observed.verdict.kind === 'tproxy' && observed.verdict.port === verdict.port
        ? null
        : `${said}, but the kernel: ${seen}`;
    case 'undetermined':
      return null;
    default: {
      const passed = ['accept', 'redirect', 'dnat'].includes(observed.verdict.kind);
      return passed && goesTo(packet, targetOf(packet, verdict), observed) ? null : `${said}, but the kernel: ${seen}`;
    }
  }
}

/** Where the verdict sends the packet. No address: one of the pod's own, which one is for the kernel to choose. */
function targetOf(packet: Packet, verdict: Verdict): Target {
  const port = hasPorts(protocolNumberOf(packet)) ? (packet.destinationPort ?? 0) : undefined;
  const loopback = packet.family === 'ipv4' ? '127.0.0.1' : '::1';
  const unchanged = { address: packet.destination, ...(port === undefined ? {} : { port }) };
  switch (verdict.kind) {
    case 'redirect': {
      const to = verdict.port ?? port;
      return { ...(packet.hook === 'OUTPUT' ? { address: loopback } : {}), ...(to === undefined ? {} : { port: to }) };
    }
    case 'dnat':
      return { ...unchanged, ...splitDestination(verdict.to) };
    default:
      return unchanged;
  }
}

/** `10.0.0.1`, `10.0.0.1:80`, `[::1]:80`, `::1`, `:80`. */
function splitDestination(to: string): Target {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]*)|([^[\]]*:[^[\]]*:[^[\]]*?))(?::([0-9]+))?$/.exec(to);
  const address = parts?.[1] ?? parts?.[3] ?? parts?.[2];
  const port = parts?.[4];
  return { ...(address ? { address } : {}), ...(port ? { port: Number(port) } : {}) };
}

function goesTo(packet: Packet, target: Target, observed: Observation): boolean {
  if (target.address?.includes('-')) return observed.verdict.kind !== 'accept';
  if (target.port !== undefined && target.port !== observed.destinationPort) return false;
  if (target.address !== undefined) return canonical(target.address) === observed.destination;
  return observed.verdict.kind === 'redirect' || packet.destination === observed.destination;
}

function canonical(text: string): string {
  const address = parseAddress(text);
  return address === null ? text : formatAddress(address.family, address.value);
}

function differsInMarks(packet: Packet, verdict: Verdict, observed: Observation): string | null {
  const mark = verdict.mark ?? packet.mark ?? 0;
  if (observed.mark !== null && observed.mark !== mark) return `mark ${mark}, but the kernel: ${observed.mark}`;
  // the connection of a packet that comes in on lo got its zone in OUTPUT, which the verdict does not speak of
  if (packet.hook === 'PREROUTING' && packet.inInterface === 'lo') return null;
  const zone = verdict.ctZone ?? 0;
  if (observed.ctZone !== null && observed.ctZone !== zone) return `zone ${zone}, but the kernel: ${observed.ctZone}`;
  return null;
}

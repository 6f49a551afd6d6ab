import { formatAddress } from '../../model/address.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Socket, SocketEnds } from '../../model/socket.ts';
import { linesOf } from '../lines.ts';

/** Which of the kernel's four lists a text is, and how the machine that wrote it orders bytes. */
export interface ProcNetInput {
  readonly source: string;
  readonly protocol: 'tcp' | 'udp';
}

/** Sockets of a list, and what in it was not understood. */
interface KernelList {
  readonly sockets: readonly Socket[];
  readonly diagnostics: readonly Diagnostic[];
}

/** State numbers of include/net/tcp_states.h, in the words of ss. UDP uses 1 and 7. */
const STATES: Readonly<Record<string, string>> = {
  '01': 'ESTAB',
  '02': 'SYN-SENT',
  '03': 'SYN-RECV',
  '04': 'FIN-WAIT-1',
  '05': 'FIN-WAIT-2',
  '06': 'TIME-WAIT',
  '07': 'UNCONN',
  '08': 'CLOSE-WAIT',
  '09': 'LAST-ACK',
  '0A': 'LISTEN',
  '0B': 'CLOSING',
  '0C': 'SYN-RECV',
};

/** `sl: local rem st tx:rx tr:when retrnsmt uid timeout inode …`, addresses and ports in hexadecimal. */
const LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +(\d+) +\d+ +(\d+)(?: |$)/;

/**
 * The sockets of `/proc/net/tcp`, `tcp6`, `udp` or `udp6`: what is left when there is no ss. Processes, marks and bound
 * interfaces are not in it, nor whether an IPv6 wildcard takes IPv4 too (it does unless told otherwise).
 */
export function parseProcNet(text: string, input: ProcNetInput): KernelList {
  const sockets: Socket[] = [];
  const diagnostics: Diagnostic[] = [];
  const decode = remembering(decodeAddress);
  for (const { number, text: line } of linesOf(text)) {
    if (/^\s*sl\s/.test(line)) continue;
    const socket = parseLine(line, input.protocol, decode);
    if (socket !== null) sockets.push(socket);
    else if (diagnostics.length < 20) diagnostics.push(complaint(input.source, number, line));
  }
  return { sockets, diagnostics };
}

/** The same columns as far as the state. */
const ENDS =
  /^ *\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) /gm;

/**
 * Where the connections of `/proc/net/tcp` or `tcp6` stand, without owners, which takes half the time. Lines that are
 * none are left out.
 */
export function parseProcNetEnds(text: string): SocketEnds[] {
  const decode = remembering(decodeAddress);
  return Array.from(text.matchAll(ENDS), ([, local = '', localPort = '', peer = '', peerPort = '', state = '']) => {
    const there = Number.parseInt(peerPort, 16);
    return {
      state: STATES[state] ?? 'UNKNOWN',
      localAddress: decode(local).address,
      localPort: Number.parseInt(localPort, 16),
      peerAddress: there === 0 ? '*' : decode(peer).address,
      peerPort: there === 0 ? null : there,
    };
  });
}

function parseLine(line: string, protocol: 'tcp' | 'udp', decode: (hex: string) => Address): Socket | null {
  const [all, local, localPort, peer, peerPort, stateNumber, uid, inode] = LINE.exec(line) ?? [];
  const state = stateNumber === undefined ? undefined : STATES[stateNumber];
  if (all === undefined || local === undefined || peer === undefined || state === undefined) return null;
  const here = decode(local);
  const there = Number.parseInt(peerPort ?? '', 16);
  return {
    protocol,
    state,
    family: here.family,
    localAddress: here.address,
    localPort: Number.parseInt(localPort ?? '', 16),
    peerAddress: there === 0 ? '*' : decode(peer).address,
    peerPort: there === 0 ? null : there,
    // Inode 0: nobody holds the socket, and the uid that stands there is not an owner's.
    uid: Number(inode) === 0 ? null : Number(uid),
    inode: Number(inode),
    text: line.trim().replace(/\s\s+|[^\S ]/g, ' '),
  };
}

interface Address {
  readonly family: Socket['family'];
  readonly address: string;
}

/** Tens of thousands of sockets have few addresses among them. */
function remembering(work: (hex: string) => Address): (hex: string) => Address {
  const known = new Map<string, Address>();
  return (hex) => {
    const address = known.get(hex) ?? work(hex);
    known.set(hex, address);
    return address;
  };
}

/** Each 32-bit word is printed as the number it is on this machine, and all machines of Kubernetes but s390x are little-endian. */
function decodeAddress(hex: string): Address {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.map((word) => (word.match(/../g) ?? []).reverse().join('')).join('');
  const value = BigInt(`0x${bytes}`);
  if (hex.length === 8) return { family: 'ipv4', address: formatAddress('ipv4', value) };
  if (value === 0n) return { family: 'any', address: '*' };
  if (value >> 32n === 0xffffn) return { family: 'ipv4', address: formatAddress('ipv4', value & 0xffffffffn) };
  return { family: 'ipv6', address: formatAddress('ipv6', value) };
}

function complaint(source: string, line: number, text: string): Diagnostic {
  const message = 'this is not a line of the kernel’s socket list';
  return { source, line, column: 1, message, text: text.slice(0, 500), severity: 'error' };
}

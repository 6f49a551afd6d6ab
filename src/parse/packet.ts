import { parseAddress } from '../model/address.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { ConntrackState } from '../model/match.ts';
import type { Packet, PacketHook } from '../model/packet.ts';
import { hasPorts, protocolNumber } from '../model/protocol.ts';
import { nearest } from './config/nearest.ts';

/** A field of a packet that is missing, unknown or malformed, and what was expected instead. */
export interface PacketProblem {
  readonly field: string;
  readonly message: string;
}

/** A packet, with the fields that mean nothing on its hook left out and named; or what is wrong with it. */
export type PacketReading =
  | { readonly kind: 'packet'; readonly packet: Packet; readonly ignored: readonly (keyof Packet)[] }
  | ({ readonly kind: 'problem' } & PacketProblem);

const HOOKS: readonly PacketHook[] = ['PREROUTING', 'OUTPUT'];
const CT_STATES: readonly ConntrackState[] = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];
const UINT32 = 0xffffffff;
const UINT16 = 0xffff;
const LONGEST_NAME = 40;

/** Reads one field: its value, or undefined when it stands for "left out"; throws a Malformed otherwise. */
type Reader<T> = (value: unknown) => T | undefined;

class Malformed extends Error {
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

const READERS: { readonly [Field in keyof Packet]-?: Reader<Packet[Field]> } = {
  family: optional(oneOf('family', FAMILIES)),
  hook: oneOf('hook', HOOKS),
  protocol: readProtocol,
  source: address('source'),
  sourcePort: optional(integer('sourcePort', UINT16)),
  destination: address('destination'),
  destinationPort: optional(integer('destinationPort', UINT16)),
  inInterface: optional(interfaceName('inInterface')),
  outInterface: optional(interfaceName('outInterface')),
  uid: owner('uid'),
  gid: owner('gid'),
  mark: optional(integer('mark', UINT32)),
  connmark: optional(integer('connmark', UINT32)),
  ctState: optional(oneOf('ctState', CT_STATES)),
};

/** The fields of a packet, in the order in which they are printed. */
export const PACKET_FIELDS = Object.keys(READERS) as readonly (keyof Packet)[];

const KNOWN: ReadonlySet<string> = new Set(PACKET_FIELDS);

/**
 * Checks the fields of a packet in the form of the command-line contract. `hook`, `source` and `destination` are
 * required, and the destination port for protocols that have ports; the protocol is tcp and the family that of the
 * addresses unless said. Nothing else is filled in.
 */
export function readPacket(fields: Readonly<Record<string, unknown>>): PacketReading {
  try {
    for (const name of Object.keys(fields)) {
      if (KNOWN.has(name)) continue;
      throw unknownField(name, fields);
    }
    return assemble(fields);
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'problem', field: error.field, message: error.message };
    throw error;
  }
}

/** An object that has nothing of a packet may be anything, and then no name of it is shown. */
function unknownField(name: string, fields: Readonly<Record<string, unknown>>): Malformed {
  const there = `there are ${PACKET_FIELDS.join(', ')}`;
  const isPacket = Object.keys(fields).some((one) => KNOWN.has(one)) || nearest(name, PACKET_FIELDS) !== null;
  if (!isPacket) return new Malformed('', `not a packet: it has no field of a packet; ${there}`);
  return new Malformed(name.slice(0, LONGEST_NAME), `is not a field of a packet; ${there}`);
}

/** Reads one line of a packets file. The problem's field is empty when the line is not a JSON object at all. */
export function readPacketLine(line: string): PacketReading {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { kind: 'problem', field: '', message: 'not a JSON document' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'problem', field: '', message: 'not a JSON object' };
  }
  return readPacket(value as Readonly<Record<string, unknown>>);
}

/** A packet with all of its fields; those that were left out are undefined. */
type Fields = { -readonly [Field in keyof Packet]?: Packet[Field] | undefined };

/**
 * Batches have hundreds of thousands of packets. Naming the fields one by one, instead of in a loop over their readers,
 * and making one object of one shape takes a third of the time.
 */
function assemble(given: Readonly<Record<string, unknown>>): PacketReading {
  const fields: Fields = {
    family: READERS.family(given.family),
    hook: READERS.hook(given.hook),
    protocol: READERS.protocol(given.protocol),
    source: READERS.source(given.source),
    sourcePort: READERS.sourcePort(given.sourcePort),
    destination: READERS.destination(given.destination),
    destinationPort: READERS.destinationPort(given.destinationPort),
    inInterface: READERS.inInterface(given.inInterface),
    outInterface: READERS.outInterface(given.outInterface),
    uid: READERS.uid(given.uid),
    gid: READERS.gid(given.gid),
    mark: READERS.mark(given.mark),
    connmark: READERS.connmark(given.connmark),
    ctState: READERS.ctState(given.ctState),
  };
  fields.family = familyOf(fields);
  checkPorts(fields);
  const ignored = dropMeaningless(fields);
  // Every value passed its field's reader, and the readers of fields that must be there let nothing undefined pass.
  return { kind: 'packet', packet: fields as Packet, ignored };
}

/** Leaves out the fields that no packet has on its hook: no such interface, and no socket before routing. */
function dropMeaningless(fields: Fields): (keyof Packet)[] {
  if (fields.hook === 'OUTPUT') return fields.inInterface === undefined ? [] : [drop(fields, 'inInterface')];
  const ignored: (keyof Packet)[] = [];
  if (fields.outInterface !== undefined) ignored.push(drop(fields, 'outInterface'));
  // Null says "no socket", which is always true where there can be none, so it is not a field to complain about.
  if (typeof fields.uid === 'number') ignored.push(drop(fields, 'uid'));
  if (typeof fields.gid === 'number') ignored.push(drop(fields, 'gid'));
  return ignored;
}

function drop(fields: Fields, field: keyof Packet): keyof Packet {
  delete fields[field];
  return field;
}

function familyOf({ family, source = '', destination = '' }: Fields): Family {
  // Both have been read as addresses, and only those of IPv6 have colons.
  const found = source.includes(':') ? 'ipv6' : 'ipv4';
  if (destination.includes(':') !== source.includes(':')) {
    throw new Malformed('destination', 'and source are addresses of different families');
  }
  if (family !== undefined && family !== found) {
    throw new Malformed('family', `is ${family}, the addresses are ${found}`);
  }
  return found;
}

function checkPorts({ protocol = '', sourcePort, destinationPort }: Fields): void {
  if (hasPorts(protocolNumber(protocol) ?? 0)) {
    if (destinationPort === undefined) throw new Malformed('destinationPort', `is missing (protocol ${protocol})`);
  } else if (sourcePort !== undefined || destinationPort !== undefined) {
    const port = sourcePort === undefined ? 'destinationPort' : 'sourcePort';
    throw new Malformed(port, `does not exist in packets of protocol ${protocol}`);
  }
}

function readProtocol(value: unknown): string {
  if (value === undefined) return 'tcp';
  if (value === 'tcp' || value === 'udp') return value;
  // Only text and numbers: an object with a toString of its own would throw when it is made into text.
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).toLowerCase() : '';
  const number = text === 'all' ? null : protocolNumber(text);
  if (number === null) {
    throw new Malformed('protocol', `must be tcp, udp, icmp or a number 0–255, not ${show(value)}`);
  }
  return text === 'tcp' || text === 'udp' || text === 'icmp' ? text : String(number);
}

function optional<T>(reader: Reader<T>): Reader<T> {
  return (value) => (value === undefined || value === null ? undefined : reader(value));
}

function owner(field: string): Reader<number | null> {
  const read = integer(field, UINT32);
  return (value) => (value === undefined || value === null ? value : read(value));
}

function oneOf<T extends string>(field: string, values: readonly T[]): Reader<T> {
  return (value) => {
    if (value === undefined) throw new Malformed(field, `is missing; it is one of ${values.join(', ')}`);
    const found = values[values.indexOf(value as T)];
    if (found === undefined) throw new Malformed(field, `must be one of ${values.join(', ')}, not ${show(value)}`);
    return found;
  };
}

function integer(field: string, maximum: number): Reader<number> {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maximum) {
      throw new Malformed(field, `must be a whole number from 0 to ${maximum}, not ${show(value)}`);
    }
    return value;
  };
}

function address(field: string): Reader<string> {
  return (value) => {
    if (value === undefined) throw new Malformed(field, 'is missing; it is an IPv4 or IPv6 address');
    if (typeof value !== 'string' || parseAddress(value) === null) {
      throw new Malformed(field, `must be an IPv4 or IPv6 address, not ${show(value)}`);
    }
    return value;
  };
}

/** Names the kernel accepts (dev_valid_name): 1–15 bytes without slash, colon or white space. */
function interfaceName(field: string): Reader<string> {
  return (value) => {
    if (typeof value !== 'string' || !/^[^\s/:]{1,15}$/.test(value) || value === '.' || value === '..') {
      throw new Malformed(field, `must be the name of an interface (1–15 characters), not ${show(value)}`);
    }
    return value;
  };
}

/** JSON.parse takes deeper nesting than JSON.stringify. */
function nested(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'something nested too deeply';
  }
}

/** A value as an error message quotes it, short enough for a line. */
function show(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? nested(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

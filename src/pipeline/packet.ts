import { parseAddress } from '../model/address.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { ConntrackState } from '../model/match.ts';
import type { Packet, PacketHook } from '../model/packet.ts';
import { hasPorts, protocolNumber } from '../model/protocol.ts';

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

/** Reads one field: its value, or undefined when it stands for "left out"; throws a Malformed otherwise. */
type Reader = (value: unknown) => Value | undefined;

class Malformed extends Error {
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

const READERS: Readonly<Record<keyof Packet, Reader>> = {
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

/** Fields that no packet has on the hook: netfilter hands the hook no such interface, and no socket before routing. */
const NOT_ON_HOOK: Readonly<Record<PacketHook, readonly (keyof Packet)[]>> = {
  PREROUTING: ['outInterface', 'uid', 'gid'],
  OUTPUT: ['inInterface'],
};

/**
 * Checks the fields of a packet in the form of the command-line contract. `hook`, `source` and `destination` are
 * required, and the destination port for protocols that have ports; the protocol is tcp and the family that of the
 * addresses unless said. Nothing else is filled in.
 */
export function readPacket(fields: Readonly<Record<string, unknown>>): PacketReading {
  try {
    const unknown = Object.keys(fields).find((name) => !Object.hasOwn(READERS, name));
    if (unknown !== undefined) {
      throw new Malformed(unknown, `is no field of a packet; there are ${PACKET_FIELDS.join(', ')}`);
    }
    return assemble(fields);
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'problem', field: error.field, message: error.message };
    throw error;
  }
}

/** Reads one line of a packets file. The problem's field is empty when the line is no JSON object at all. */
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
  return readPacket({ ...value });
}

type Value = string | number | null;

/** Batches have hundreds of thousands of packets, so this is one pass over the fields into one object. */
function assemble(fields: Readonly<Record<string, unknown>>): PacketReading {
  const elsewhere = NOT_ON_HOOK[fields.hook === 'OUTPUT' ? 'OUTPUT' : 'PREROUTING'];
  const ignored: (keyof Packet)[] = [];
  // Takes the first place among the fields; what it is, the addresses say.
  const packet: Record<string, Value> = { family: null };
  for (const name of PACKET_FIELDS) {
    const value = READERS[name](fields[name]);
    if (value === undefined) continue;
    // Null says "no socket", which is always true where there can be none, so it is no field to complain about.
    if (value !== null && elsewhere.includes(name)) ignored.push(name);
    else packet[name] = value;
  }
  packet.family = familyOf(packet);
  checkPorts(packet);
  // Every value passed its field's reader above, which is what makes the object a Packet.
  return { kind: 'packet', packet: packet as unknown as Packet, ignored };
}

function familyOf({ family, source, destination }: Readonly<Record<string, Value>>): Family {
  const found = addressFamily(String(source));
  if (found === null || found !== addressFamily(String(destination))) {
    throw new Malformed('destination', 'and source are addresses of different families');
  }
  if (family !== null && family !== found) throw new Malformed('family', `is ${family}, the addresses are ${found}`);
  return found;
}

function checkPorts(packet: Readonly<Record<string, Value>>): void {
  const { protocol, sourcePort, destinationPort } = packet;
  if (hasPorts(protocolNumber(String(protocol)) ?? 0)) {
    if (destinationPort === undefined) throw new Malformed('destinationPort', `is missing (protocol ${protocol})`);
  } else if (sourcePort !== undefined || destinationPort !== undefined) {
    const port = sourcePort === undefined ? 'destinationPort' : 'sourcePort';
    throw new Malformed(port, `does not exist in packets of protocol ${protocol}`);
  }
}

/** The families of addresses met before: those of a batch repeat, and parsing them is most of the work. */
const families = new Map<string, Family | null>();
const MOST_FAMILIES = 4096;

function addressFamily(text: string): Family | null {
  const known = families.get(text);
  if (known !== undefined) return known;
  const family = parseAddress(text)?.family ?? null;
  if (families.size >= MOST_FAMILIES) families.clear();
  families.set(text, family);
  return family;
}

function readProtocol(value: unknown): string {
  if (value === undefined) return 'tcp';
  if (value === 'tcp' || value === 'udp') return value;
  const text = String(value).toLowerCase();
  const number = text === 'all' ? null : protocolNumber(text);
  if ((typeof value !== 'string' && typeof value !== 'number') || number === null) {
    throw new Malformed('protocol', `must be tcp, udp, icmp or a number 0–255, not ${show(value)}`);
  }
  return text === 'tcp' || text === 'udp' || text === 'icmp' ? text : String(number);
}

function optional(reader: Reader): Reader {
  return (value) => (value === undefined || value === null ? undefined : reader(value));
}

function owner(field: string): Reader {
  const read = integer(field, UINT32);
  return (value) => (value === undefined || value === null ? value : read(value));
}

function oneOf(field: string, values: readonly string[]): Reader {
  return (value) => {
    if (value === undefined) throw new Malformed(field, `is missing; it is one of ${values.join(', ')}`);
    const found = values.find((candidate) => candidate === value);
    if (found === undefined) throw new Malformed(field, `must be one of ${values.join(', ')}, not ${show(value)}`);
    return found;
  };
}

function integer(field: string, maximum: number): Reader {
  return (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maximum) {
      throw new Malformed(field, `must be a whole number from 0 to ${maximum}, not ${show(value)}`);
    }
    return value;
  };
}

function address(field: string): Reader {
  return (value) => {
    if (value === undefined) throw new Malformed(field, 'is missing; it is an IPv4 or IPv6 address');
    if (typeof value !== 'string' || addressFamily(value) === null) {
      throw new Malformed(field, `must be an IPv4 or IPv6 address, not ${show(value)}`);
    }
    return value;
  };
}

/** Names the kernel accepts (dev_valid_name): 1–15 bytes without slash, colon or white space. */
function interfaceName(field: string): Reader {
  return (value) => {
    if (typeof value !== 'string' || !/^[^\s/:]{1,15}$/.test(value) || value === '.' || value === '..') {
      throw new Malformed(field, `must be the name of an interface (1–15 characters), not ${show(value)}`);
    }
    return value;
  };
}

/** A value as an error message quotes it, short enough for a line. */
function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

import { string } from '@oclif/core/flags';
import { parseAddress } from '../model/address.ts';
import { UsageError } from '../model/errors.ts';
import type { Packet } from '../model/packet.ts';
import { nearest } from '../parse/config/nearest.ts';
import { PACKET_FIELDS, readPacket } from '../parse/packet.ts';
import { HIGHEST_ID } from './flags.ts';
import type { StandIns } from './stand-ins.ts';

const GROUP = 'PACKET';

/** Each field of a packet: what its flag takes and means. The flag is the field's name in kebab case. */
const DESCRIPTIONS: Readonly<Record<keyof Packet, readonly [value: string, description: string]>> = {
  hook: ['PREROUTING|OUTPUT', 'where the packet enters: PREROUTING from outside, OUTPUT from a process of the pod'],
  family: ['ipv4|ipv6', 'family of the addresses unless given; also of --rules texts that do not say it'],
  protocol: ['PROTOCOL', 'tcp (unless given), udp, icmp or a number'],
  source: ['ADDRESS', 'its address; one that no layout names unless given'],
  sourcePort: ['PORT', 'port it comes from'],
  destination: ['ADDRESS', 'where it goes'],
  destinationPort: ['PORT', 'port it goes to'],
  inInterface: ['NAME', 'interface it comes in by (PREROUTING)'],
  outInterface: ['NAME', 'interface it is routed to (OUTPUT)'],
  uid: ['UID', 'effective user of the sending process; none for a packet without a socket (OUTPUT)'],
  gid: ['GID', 'effective group of the sending process, or none (OUTPUT)'],
  mark: ['MARK', 'its mark, decimal or 0x…'],
  connmark: ['MARK', "its connection's mark, decimal or 0x…"],
  ctState: ['STATE', 'NEW (unless given), ESTABLISHED, RELATED, INVALID or UNTRACKED'],
};

const NUMERIC: ReadonlySet<string> = new Set(['sourcePort', 'destinationPort', 'uid', 'gid', 'mark', 'connmark']);

/** One flag for each field of a packet. */
export const packetFlags = Object.fromEntries(
  PACKET_FIELDS.map((field) => {
    const [helpValue, description] = DESCRIPTIONS[field];
    return [flagName(field), string({ helpGroup: GROUP, helpValue, description })];
  }),
);

/** The flag of a field: `destinationPort` is `destination-port`. */
export function flagName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `--packets`: a file of packets in place of the flags. */
export const packetsFlag = {
  packets: string({
    helpGroup: GROUP,
    helpValue: 'FILE',
    description: 'many packets, one JSON object per line (- is stdin)',
  }),
};

type Flags = Readonly<Record<string, unknown>>;

/** What is to be traced: one packet, or a file of packets as JSON lines (`-`: standard input). */
export type TracedPackets =
  | { readonly kind: 'packet'; readonly packet: Packet }
  | { readonly kind: 'file'; readonly file: string };

/** What the flags ask to be traced: the packets of a file, or the one that they describe. Throws a UsageError. */
export function tracedPackets(flags: Flags): { packets: TracedPackets; notes: string[] } {
  const { packets: file, rules } = flags;
  if (typeof file !== 'string') {
    const { packet, notes } = packetFromFlags(flags);
    return { packets: { kind: 'packet', packet }, notes };
  }
  // --family also says what the rules are about, so it may be given.
  const stray = PACKET_FIELDS.map(flagName).find((flag) => flag !== 'family' && flags[flag] !== undefined);
  if (stray !== undefined) throw new UsageError(`--${stray} and --packets contradict each other.`);
  if (file === '-' && Array.isArray(rules) && rules.includes('-')) {
    throw new UsageError('Standard input (-) can be read only once.', { hint: 'Save the rules to a file.' });
  }
  return { packets: { kind: 'file', file }, notes: [] };
}

/** The packet that the flags describe, and remarks on what was filled in or left out. Throws a UsageError. */
export function packetFromFlags(flags: Flags, own?: () => StandIns): { packet: Packet; notes: string[] } {
  const fields: Record<string, unknown> = {};
  for (const field of PACKET_FIELDS) {
    const text = flags[flagName(field)];
    if (typeof text === 'string') fields[field] = fieldValue(field, text);
  }
  const notes = [...fillSource(fields, own), ...fillOwner(fields, own)];
  const reading = readPacket(fields);
  if (reading.kind === 'problem') throw packetError(reading.field, reading.message);
  const { packet, ignored } = reading;
  notes.push(...ignored.map((field) => `--${flagName(field)} means nothing in ${packet.hook} and was left out.`));
  return { packet, notes };
}

/** What a flag's text stands for in JSON. Text that is not a number stays text, and is refused with its name. */
function fieldValue(field: string, text: string): unknown {
  if (field === 'hook' || field === 'ctState') return text.toUpperCase();
  if ((field === 'uid' || field === 'gid') && (text === 'none' || text === 'null')) return null;
  const isNumber = /^(?:[0-9]{1,10}|0[xX][0-9a-fA-F]{1,8})$/.test(text);
  const value = NUMERIC.has(field) && isNumber ? Number(text) : text;
  if ((field === 'uid' || field === 'gid') && value === HIGHEST_ID + 1) throw nobodys(field, text);
  return value;
}

function nobodys(field: string, text: string): UsageError {
  return new UsageError(`--${field} ${text}: no process can have that id, which stands for "none" in the kernel.`, {
    hint: `A packet without a socket: --${field} none`,
  });
}

/** Addresses reserved for documentation (RFC 5737, RFC 3849): no layout names them. The second is for calls to the first. */
const ANY_SOURCE = { ipv4: ['192.0.2.1', '192.0.2.2'], ipv6: ['2001:db8::1', '2001:db8::2'] } as const;

/** A source seldom matters, so it may be left out; the remark says what was taken in its place. */
function fillSource(fields: Record<string, unknown>, own: (() => StandIns) | undefined): string[] {
  if (fields.source !== undefined) return [];
  const destination = typeof fields.destination === 'string' ? parseAddress(fields.destination) : null;
  const family = destination?.family ?? 'ipv4';
  const loopback = family === 'ipv4' ? (destination?.value ?? 0n) >> 24n === 127n : destination?.value === 1n;
  const pods = fields.hook === 'OUTPUT' && !loopback ? own?.().address(family) : undefined;
  const stranger = ANY_SOURCE[family].find((address) => parseAddress(address)?.value !== destination?.value);
  fields.source = loopback ? fields.destination : (pods ?? stranger);
  return [`--source was not given; ${fields.source}${pods ? ', of this pod,' : ''} is used instead.`];
}

/** What a pod sends is somebody's; of saved rules nobody says whose. */
function fillOwner(fields: Record<string, unknown>, own: (() => StandIns) | undefined): string[] {
  if (own === undefined || fields.hook !== 'OUTPUT' || fields.uid !== undefined) return [];
  const { uid } = own();
  fields.uid = uid;
  if (fields.gid === undefined) fields.gid = uid;
  return [`--uid was not given; ${uid}, of an application, is used instead (none: --uid none --gid none).`];
}

function packetError(field: string, message: string): UsageError {
  const needed = 'A packet needs at least --hook, --destination and, for tcp and udp, --destination-port.';
  const flag = nearest(field, PACKET_FIELDS) === field ? `--${flagName(field)}` : field;
  return new UsageError(`${flag} ${message}.`, message.startsWith('is missing') ? { hint: needed } : {});
}

import { formatAddress, parseAddress } from '../../model/address.ts';
import { fieldSet, fieldText } from '../../model/field-set.ts';
import type { Packet } from '../../model/packet.ts';
import { hasPorts, protocolName } from '../../model/protocol.ts';
import { icmpOf } from '../state.ts';
import { type Conditions, levelOf } from './conditions.ts';
import { type Diagrams, FALSE, type Node, TRUE } from './diagram.ts';
import { atomCount, type Domain, FIELDS, type Field, type Line, STATES } from './domain.ts';

/** Values that a person finds natural in a packet, most natural first; the first that fits is taken. */
const NATURAL = {
  uid: [1000n, 1337n],
  gid: [1000n, 1337n],
  destinationPort: [8080n, 80n, 443n, 9090n, 53n],
  sourcePort: [40000n],
} as const;

/** Of the rest sctp: NAT rewrites its ports with every kernel, unlike those of dccp. */
function naturalProtocols({ family }: Domain): readonly bigint[] {
  return [6n, 17n, BigInt(icmpOf(family)), 132n];
}

const HOME = { ipv4: '10.0.0.5', ipv6: '2001:db8::5' } as const;
const CLIENT = { ipv4: '10.0.0.9', ipv6: '2001:db8::9' } as const;
const REMOTE = { ipv4: '203.0.113.10', ipv6: '2001:db8:1::10' } as const;
/** For classes that leave out the ranges of all of those. */
const OTHERS = {
  ipv4: ['192.168.0.5', '172.16.0.5', '100.64.0.5', '198.51.100.10'],
  ipv6: ['fd00::5', '2600::5'],
} as const;

/** A packet of the class, as natural as the class allows. */
export function witness(diagrams: Diagrams, domain: Domain, packets: Node): Packet {
  return toPacket(domain, naturalPoint(diagrams, domain, packets));
}

/** The atom of each field that the witness of the class has. */
export function naturalPoint(diagrams: Diagrams, domain: Domain, packets: Node): Map<Field, number> {
  const chosen = new Map<Field, number>();
  let node = packets;
  for (const field of FIELDS) {
    const preferred = preferredAtoms(domain, field, chosen);
    if (diagrams.level(node) !== levelOf(field)) {
      chosen.set(field, preferred[0] ?? 0);
      continue;
    }
    const current = node;
    const all = Array.from({ length: atomCount(domain, field) }, (_, atom) => atom);
    const atom = [...preferred, ...all].find((candidate) => diagrams.child(current, candidate) !== FALSE) ?? 0;
    chosen.set(field, atom);
    node = diagrams.child(current, atom);
  }
  return chosen;
}

function preferredAtoms(domain: Domain, field: Field, chosen: Map<Field, number>): number[] {
  switch (field) {
    case 'interface':
      return domain.interface.preferred.map((name) => domain.interface.names.indexOf(name));
    case 'socket':
      return domain.hook === 'OUTPUT' ? [1, 0] : [0];
    case 'source':
    case 'destination':
      return naturalAddresses(domain, field, chosen).map((address) => domain[field].atom(address));
    case 'ctState':
    case 'mark':
    case 'connmark':
      return [0];
    case 'protocol':
      return naturalProtocols(domain).map((value) => domain.protocol.atom(value));
    default:
      return NATURAL[field].map((value) => domain[field].atom(value));
  }
}

function naturalAddresses(domain: Domain, field: 'source' | 'destination', chosen: Map<Field, number>): bigint[] {
  const own = domain.home ?? HOME[domain.family];
  const onLo = domain.interface.names[chosen.get('interface') ?? 0] === 'lo';
  const outbound = domain.hook === 'OUTPUT' && !onLo;
  const texts =
    field === 'source'
      ? [domain.hook === 'PREROUTING' && !onLo ? CLIENT[domain.family] : own, REMOTE[domain.family]]
      : [outbound ? REMOTE[domain.family] : own, CLIENT[domain.family]];
  return [...texts, ...OTHERS[domain.family]].flatMap((text) => parseAddress(text)?.value ?? []);
}

function toPacket(domain: Domain, chosen: ReadonlyMap<Field, number>): Packet {
  const atom = (field: Field) => chosen.get(field) ?? 0;
  const protocol = Number(inAtom(domain.protocol, atom('protocol'), naturalProtocols(domain)));
  const number = (field: 'uid' | 'gid' | 'sourcePort' | 'destinationPort') =>
    Number(inAtom(domain[field], atom(field), NATURAL[field], field.endsWith('Port') ? 1n : 0n));
  const address = (field: 'source' | 'destination') => {
    const natural = naturalAddresses(domain, field, new Map(chosen));
    return formatAddress(domain.family, inAtom(domain[field], atom(field), natural));
  };
  const incoming = domain.hook === 'PREROUTING';
  const socket = atom('socket') === 1;
  return {
    family: domain.family,
    hook: incoming ? 'PREROUTING' : 'OUTPUT',
    protocol: packetProtocolName(domain, protocol),
    source: address('source'),
    ...(hasPorts(protocol) ? { sourcePort: number('sourcePort') } : {}),
    destination: address('destination'),
    ...(hasPorts(protocol) ? { destinationPort: number('destinationPort') } : {}),
    [incoming ? 'inInterface' : 'outInterface']: domain.interface.names[atom('interface')] ?? 'eth0',
    ...(incoming ? {} : { uid: socket ? number('uid') : null, gid: socket ? number('gid') : null }),
    mark: domain.marks.representatives[atom('mark')] ?? 0,
    connmark: domain.marks.representatives[atom('connmark')] ?? 0,
    ctState: STATES[atom('ctState')] ?? 'NEW',
  };
}

function packetProtocolName(domain: Domain, protocol: number): string {
  if (protocol === icmpOf(domain.family)) return 'icmp';
  return protocol === 6 || protocol === 17 ? protocolName(protocol) : String(protocol);
}

/** A natural value of the atom if it has one, else its first that is not below `least`. */
function inAtom(line: Line, atom: number, natural: readonly bigint[], least = 0n): bigint {
  const [from, to] = line.bounds(atom);
  const fitting = natural.find((value) => value >= from && value <= to);
  if (fitting !== undefined) return fitting;
  return from < least && to >= least ? least : from;
}

/**
 * The fields that tell the class apart from all possible packets, in words: `{destinationPort: '8080'}`. What follows
 * from a field already named (packets from outside do not go to 127.0.0.1) is not said again.
 */
export function describeClass(conditions: Conditions, packets: Node, possible: Node): Record<string, string> {
  const { diagrams, domain } = conditions;
  const words: Record<string, string> = {};
  let said = possible;
  for (const field of FIELDS) {
    const atoms = project(diagrams, packets, levelOf(field), atomCount(domain, field));
    const all = project(diagrams, said, levelOf(field), atomCount(domain, field));
    if (atoms.length === all.length) continue;
    said = diagrams.and(
      said,
      conditions.atoms(
        field,
        atoms.map((atom): [number, number] => [atom, atom]),
      ),
    );
    if (!goesWithoutSaying(domain, field, atoms)) words[nameOf(domain, field)] = describeAtoms(domain, field, atoms);
  }
  return followsFromPorts(conditions, packets, words) ? withoutProtocol(words) : words;
}

/** That a packet to port 53 is of a protocol with ports. */
function followsFromPorts(
  { diagrams, domain }: Conditions,
  packets: Node,
  { destinationPort, sourcePort }: Record<string, string>,
): boolean {
  const named = [destinationPort, sourcePort].some((ports) => ports !== undefined && !fieldSet(ports).except);
  if (!named) return false;
  const inClass = project(diagrams, packets, levelOf('protocol'), atomCount(domain, 'protocol'));
  const atoms = Array.from({ length: atomCount(domain, 'protocol') }, (_, atom) => atom);
  return atoms.every((atom) => inClass.includes(atom) === hasPorts(Number(domain.protocol.bounds(atom)[0])));
}

function withoutProtocol({ protocol: _, ...words }: Record<string, string>): Record<string, string> {
  return words;
}

/** New connections, and packets that come in from outside or from a socket, are what everybody thinks of. */
function goesWithoutSaying(domain: Domain, field: Field, atoms: readonly number[]): boolean {
  if (field === 'ctState') return atoms.includes(0);
  if (field === 'socket') return atoms.includes(1);
  const lo = domain.interface.names.indexOf('lo');
  const exceptLo = atoms.length === domain.interface.names.length - 1 && !atoms.includes(lo);
  return field === 'interface' && domain.hook === 'PREROUTING' && exceptLo;
}

function nameOf(domain: Domain, field: Field): string {
  if (field !== 'interface') return field;
  return domain.hook === 'PREROUTING' ? 'inInterface' : 'outInterface';
}

/** The atoms of a field that packets of the class have. */
function project(diagrams: Diagrams, packets: Node, level: number, atoms: number): number[] {
  const found = new Set<number>();
  const seen = new Set<Node>();
  let everything = packets === TRUE;
  const visit = (node: Node): void => {
    if (node === FALSE || seen.has(node) || everything) return;
    seen.add(node);
    const at = diagrams.level(node);
    if (at > level) {
      everything = true;
    } else if (at < level) {
      for (const child of diagrams.children(node)) visit(child);
    } else {
      diagrams.spend(atoms);
      for (let atom = 0; atom < atoms; atom += 1) if (diagrams.child(node, atom) !== FALSE) found.add(atom);
    }
  };
  visit(packets);
  return everything ? Array.from({ length: atoms }, (_, i) => i) : [...found].sort((a, b) => a - b);
}

function describeAtoms(domain: Domain, field: Field, atoms: readonly number[]): string {
  switch (field) {
    case 'socket':
      return atoms.includes(1) ? 'yes' : 'none';
    case 'ctState':
      return atoms.map((atom) => STATES[atom]).join(',');
    case 'interface':
      return domain.interface.describe(atoms);
    case 'mark':
    case 'connmark':
      return domain.marks.describe(atoms);
    default:
      return describeRanges(domain, field, atoms);
  }
}

function describeRanges(
  domain: Domain,
  field: Exclude<Field, 'interface' | 'socket' | 'ctState' | 'mark' | 'connmark'>,
  atoms: readonly number[],
): string {
  const line = domain[field];
  const named = new Set(atoms);
  const outside = line.starts.map((_, atom) => atom).filter((atom) => !named.has(atom));
  const inside = ranges(line, atoms);
  const except = ranges(line, outside);
  const isShorter = except.length < inside.length;
  const values = (isShorter ? except : inside).map((range) => rangeText(domain, field, range));
  return fieldText({ except: isShorter, values });
}

function ranges(line: Line, atoms: readonly number[]): [bigint, bigint][] {
  const result: [bigint, bigint][] = [];
  for (const atom of atoms) {
    const [from, to] = line.bounds(atom);
    const last = result.at(-1);
    if (last && last[1] + 1n === from) last[1] = to;
    else result.push([from, to]);
  }
  return result;
}

function rangeText(domain: Domain, field: string, [from, to]: [bigint, bigint]): string {
  const one = (value: bigint) => {
    if (field === 'source' || field === 'destination') return formatAddress(domain.family, value);
    return field === 'protocol' ? packetProtocolName(domain, Number(value)) : String(value);
  };
  return from === to ? one(from) : `${one(from)}-${one(to)}`;
}

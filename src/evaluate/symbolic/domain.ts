import { addressBits, fullMask, type Network, parseAddress, prefixLength } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import type { ConntrackState, Match } from '../../model/match.ts';
import type { Hook, Rule, Ruleset } from '../../model/ruleset.ts';
import { InterfaceDomain } from './interfaces.ts';
import { MarkDomain, marksOf } from './marks.ts';

/** The fields of a packet in the order in which diagrams test them; unknown conditions come after all of them. */
export const FIELDS = [
  'protocol',
  'interface',
  'socket',
  'uid',
  'gid',
  'destination',
  'source',
  'destinationPort',
  'sourcePort',
  'ctState',
  'mark',
  'connmark',
] as const;

/** The name of a field. */
export type Field = (typeof FIELDS)[number];

/** Atoms of `ctState`, in order. */
export const STATES: readonly ConntrackState[] = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];

/** A number line cut into atoms: atom i covers the values from `starts[i]` up to the next start. */
export class Line {
  readonly starts: readonly bigint[];
  readonly last: bigint;

  constructor(last: bigint, cuts: Iterable<bigint>) {
    this.last = last;
    const inside = [...new Set([0n, ...cuts])].filter((cut) => cut >= 0n && cut <= last);
    this.starts = inside.sort((a, b) => (a < b ? -1 : 1));
  }

  /** The atom a value lies in. */
  atom(value: bigint): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0n) <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** First and last value of an atom. */
  bounds(atom: number): [bigint, bigint] {
    const next = this.starts[atom + 1];
    return [this.starts[atom] ?? 0n, next === undefined ? this.last : next - 1n];
  }
}

/** How the fields of one hook and family are cut, for all rulesets that are to be compared. */
export interface Domain {
  readonly family: Family;
  readonly hook: Hook;
  readonly protocol: Line;
  readonly interface: InterfaceDomain;
  readonly uid: Line;
  readonly gid: Line;
  readonly source: Line;
  readonly destination: Line;
  readonly sourcePort: Line;
  readonly destinationPort: Line;
  readonly marks: MarkDomain;
}

/** Addresses that comparisons must be able to tell apart whatever the rules say. */
const ALWAYS: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['127.0.0.0', '127.0.0.1', '127.0.0.2', '128.0.0.0'],
  ipv6: ['::1', '::2'],
};

/**
 * Cuts every field at every value that one of the rulesets names, and destinations at the namespace's own addresses
 * (`local`): packets to them go another way than those to their neighbours.
 * @throws TooComplex when the rules name too many marks
 */
export function domainOf(
  rulesets: readonly Ruleset[],
  hook: 'PREROUTING' | 'OUTPUT',
  family: Family,
  local: readonly string[] = [],
): Domain {
  const cuts = new Cuts(family);
  for (const text of local) cuts.addDestination(text);
  for (const ruleset of rulesets) {
    for (const table of ruleset.tables) {
      for (const chain of table.chains) for (const rule of chain.rules) cuts.addRule(rule);
    }
  }
  const { values, masks, toggled } = marksOf(rulesets);
  const bits = fullMask(family);
  return {
    family,
    hook,
    protocol: new Line(255n, cuts.protocol),
    interface: new InterfaceDomain(cuts.interfaces),
    uid: new Line(0xffffffffn, cuts.uid),
    gid: new Line(0xffffffffn, cuts.gid),
    source: new Line(bits, cuts.source),
    destination: new Line(bits, cuts.destination),
    sourcePort: new Line(65535n, cuts.sourcePort),
    destinationPort: new Line(65535n, cuts.destinationPort),
    marks: new MarkDomain(values, masks, toggled),
  };
}

/** Number of atoms of a field. */
export function atomCount(domain: Domain, field: Field): number {
  switch (field) {
    case 'socket':
      return 2;
    case 'ctState':
      return STATES.length;
    case 'interface':
      return domain.interface.names.length;
    case 'mark':
    case 'connmark':
      return domain.marks.representatives.length;
    default:
      return domain[field].starts.length;
  }
}

class Cuts {
  readonly protocol = new Set<bigint>();
  readonly interfaces = new Set<string>();
  readonly uid = new Set<bigint>();
  readonly gid = new Set<bigint>();
  readonly source = new Set<bigint>();
  readonly destination = new Set<bigint>();
  readonly sourcePort = new Set<bigint>();
  readonly destinationPort = new Set<bigint>();
  readonly #family: Family;

  constructor(family: Family) {
    this.#family = family;
    for (const number of [1n, 6n, 17n, 33n, 58n, 132n, 136n]) cut(this.protocol, number, number);
    for (const text of ALWAYS[family]) {
      const address = parseAddress(text)?.value ?? 0n;
      this.source.add(address);
      this.destination.add(address);
    }
  }

  addDestination(text: string): void {
    const address = parseAddress(text);
    if (address?.family === this.#family) cut(this.destination, address.value, address.value);
  }

  addRule(rule: Rule): void {
    for (const match of rule.matches) this.#match(match);
    for (const target of rule.targets) {
      if ((target.kind === 'redirect' || target.kind === 'dnat') && target.ports) {
        cut(this.destinationPort, BigInt(target.ports.from), BigInt(target.ports.to));
      }
      if (target.kind === 'dnat' && target.address?.family === this.#family) {
        cut(this.destination, target.address.from, target.address.from);
      }
    }
  }

  #match(match: Match): void {
    switch (match.kind) {
      case 'source':
      case 'destination':
        this.#network(this[match.kind], match.network);
        return;
      case 'in-interface':
      case 'out-interface':
        this.interfaces.add(match.name);
        return;
      case 'protocol':
        cut(this.protocol, BigInt(match.protocol), BigInt(match.protocol));
        return;
      case 'tcp':
      case 'udp':
      case 'sctp':
      case 'dccp':
      case 'udplite':
        this.#ports(this.sourcePort, match.sourcePort?.value);
        this.#ports(this.destinationPort, match.destinationPort?.value);
        return;
      case 'multiport':
        if (match.side !== 'destination') this.#ports(this.sourcePort, match.ports);
        if (match.side !== 'source') this.#ports(this.destinationPort, match.ports);
        return;
      case 'owner':
        if (match.uid) cut(this.uid, BigInt(match.uid.value.from), BigInt(match.uid.value.to));
        if (match.gid) cut(this.gid, BigInt(match.gid.value.from), BigInt(match.gid.value.to));
        return;
      case 'iprange':
        if (match.source) cut(this.source, match.source.value.from, match.source.value.to);
        if (match.destination) cut(this.destination, match.destination.value.from, match.destination.value.to);
        return;
      default:
        return;
    }
  }

  #network(line: Set<bigint>, block: Network): void {
    const range = networkRange(block);
    if (range && block.family === this.#family) cut(line, range[0], range[1]);
  }

  #ports(line: Set<bigint>, ranges: readonly { from: number; to: number }[] | undefined): void {
    for (const range of ranges ?? []) cut(line, BigInt(range.from), BigInt(range.to));
  }
}

function cut(line: Set<bigint>, from: bigint, to: bigint): void {
  line.add(from);
  line.add(to + 1n);
}

/** First and last address of a block, or null when its mask is not a prefix. */
export function networkRange(block: Network): [bigint, bigint] | null {
  const length = prefixLength(block.family, block.mask);
  if (length === null) return null;
  return [block.address, block.address | ((1n << BigInt(addressBits(block.family) - length)) - 1n)];
}

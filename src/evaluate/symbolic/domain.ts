import { fullMask, parseAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import type { ConntrackState } from '../../model/match.ts';
import type { Links } from '../../model/pod.ts';
import type { Hook, Rule, Ruleset } from '../../model/ruleset.ts';
import { type Cut, cutsOfMatch, cutsOfTarget, type WatchedMark } from './cuts.ts';
import { InterfaceDomain } from './interfaces.ts';
import { type MarkDomain, markDomainOf } from './marks.ts';

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
  /** The namespace's own addresses: packets to them, and to nothing else, leave by lo. Empty where they are not known. */
  readonly local: readonly bigint[];
  /** The address that others know the namespace by. */
  readonly home: string | undefined;
}

/** Addresses that comparisons must be able to tell apart whatever the rules say. */
const ALWAYS: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['127.0.0.0', '127.0.0.1', '127.0.0.2', '128.0.0.0'],
  ipv6: ['::1', '::2'],
};

/**
 * Cuts every field at every value that one of the rulesets names, destinations at the namespace's own addresses, because
 * packets to them go another way than those to their neighbours, and interfaces at those that the namespace has.
 * @throws TooComplex when the rules name too many marks
 */
export function domainOf(
  rulesets: readonly Ruleset[],
  hook: 'PREROUTING' | 'OUTPUT',
  family: Family,
  { localAddresses = [], innerAddresses = [], interfaces = [] }: Partial<Links> = {},
): Domain {
  const cuts = new Cuts(family);
  const local = addressesOf(family, localAddresses);
  // Inner addresses alone are no sign that all of the namespace's addresses were seen.
  const own = local.length === 0 ? [] : [...local, ...addressesOf(family, innerAddresses)];
  for (const { value } of own) cuts.add({ field: 'destination', from: value, to: value });
  for (const ruleset of rulesets) {
    for (const table of ruleset.tables) {
      for (const chain of table.chains) for (const rule of chain.rules) cuts.addRule(rule);
    }
  }
  const bits = fullMask(family);
  return {
    family,
    hook,
    protocol: new Line(255n, cuts.protocol),
    interface: new InterfaceDomain(cuts.interfaces, interfaces),
    uid: new Line(0xffffffffn, cuts.uid),
    gid: new Line(0xffffffffn, cuts.gid),
    source: new Line(bits, cuts.source),
    destination: new Line(bits, cuts.destination),
    sourcePort: new Line(65535n, cuts.sourcePort),
    destinationPort: new Line(65535n, cuts.destinationPort),
    marks: markDomainOf(cuts.marks),
    local: own.map(({ value }) => value),
    home: local[0]?.text,
  };
}

function addressesOf(family: Family, texts: readonly string[]): { text: string; value: bigint }[] {
  return texts.flatMap((text) => {
    const address = parseAddress(text);
    return address?.family === family ? [{ text, value: address.value }] : [];
  });
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
  readonly marks: WatchedMark[] = [];
  readonly #family: Family;

  constructor(family: Family) {
    this.#family = family;
    for (const number of [1n, 6n, 17n, 33n, 58n, 132n, 136n]) this.add({ field: 'protocol', from: number, to: number });
    for (const text of ALWAYS[family]) {
      const address = parseAddress(text)?.value ?? 0n;
      this.source.add(address);
      this.destination.add(address);
    }
  }

  addRule({ matches, targets }: Rule): void {
    for (const match of matches) for (const cut of cutsOfMatch(match)) this.add(cut);
    for (const target of targets) for (const cut of cutsOfTarget(target)) this.add(cut);
  }

  add(cut: Cut): void {
    if ('mask' in cut) this.marks.push(cut);
    else if ('name' in cut) this.interfaces.add(cut.name);
    else if ((cut.family ?? this.#family) === this.#family) this[cut.field].add(cut.from).add(cut.to + 1n);
  }
}

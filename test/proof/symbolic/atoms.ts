import { addressBits, fullMask, type Network, parseAddress } from '../../../src/model/address.ts';
import type { Family } from '../../../src/model/family.ts';
import type { ConntrackState, Match } from '../../../src/model/match.ts';
import type { Ruleset } from '../../../src/model/ruleset.ts';
import type { Target } from '../../../src/model/target.ts';

/** The values at which rules begin and cease to hold: those they name, and their neighbours. */
export interface Atoms {
  readonly ports: readonly number[];
  readonly ids: readonly number[];
  readonly addresses: readonly bigint[];
  readonly interfaces: readonly string[];
  readonly marks: readonly number[];
  readonly states: readonly ConntrackState[];
}

interface Found {
  readonly ports: Set<number>;
  readonly ids: Set<number>;
  readonly addresses: Set<bigint>;
  readonly interfaces: Set<string>;
  readonly marks: Set<number>;
}

/** Reads the atoms of a family off rulesets; `own` are the addresses of the pod. */
export function atomsOf(rulesets: readonly Ruleset[], family: Family, own: readonly string[]): Atoms {
  const found: Found = {
    ports: new Set([8080, 53, 443, 9999]),
    ids: new Set([1000, 0]),
    addresses: new Set([...own, ...NATURAL[family]].flatMap((text) => parseAddress(text)?.value ?? [])),
    interfaces: new Set(['eth0', 'lo']),
    marks: new Set([0]),
  };
  for (const rule of rulesets.flatMap(({ tables }) => tables.flatMap((t) => t.chains.flatMap((c) => c.rules)))) {
    for (const match of rule.matches) addMatch(found, match, family);
    for (const target of rule.targets) addTarget(found, target);
  }
  const { ports, ids, addresses, interfaces, marks } = found;
  return {
    ...{ ports: [...ports], ids: [...ids], addresses: [...addresses], interfaces: [...interfaces], marks: [...marks] },
    states: ['NEW', 'NEW', 'NEW', 'NEW', 'ESTABLISHED', 'RELATED', 'INVALID'],
  };
}

const NATURAL: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['127.0.0.1', '127.0.0.6', '203.0.113.10', '10.77.0.9'],
  ipv6: ['::1', '2001:db8::10', 'fd77::9'],
};

function addMatch(found: Found, match: Match, family: Family): void {
  switch (match.kind) {
    case 'source':
    case 'destination':
      if (match.network.family === family) borders(found, ...edgesOf(match.network), family);
      return;
    case 'iprange':
      for (const range of [match.source, match.destination])
        if (range) borders(found, range.value.from, range.value.to, family);
      return;
    case 'in-interface':
    case 'out-interface':
      for (const digit of ['0', '1']) found.interfaces.add(match.name.replace(/\+$/, digit));
      return;
    case 'mark':
    case 'connmark':
      addMarks(found, match);
      return;
    case 'owner':
      for (const ids of [match.uid, match.gid]) if (ids) around(found.ids, ids.value, 0xfffffffe);
      return;
    case 'multiport':
      for (const range of match.ports) around(found.ports, range, 65535);
      return;
    default:
      if ('destinationPort' in match)
        for (const range of match.destinationPort?.value ?? []) around(found.ports, range, 65535);
      if ('sourcePort' in match) for (const range of match.sourcePort?.value ?? []) around(found.ports, range, 65535);
  }
}

function addTarget(found: Found, target: Target): void {
  if (target.kind === 'tproxy') addMarks(found, target.mark);
  if (target.kind === 'mark' || target.kind === 'connmark-set') addMarks(found, target);
  if ((target.kind === 'redirect' || target.kind === 'dnat') && target.ports) around(found.ports, target.ports, 65535);
}

function edgesOf(block: Network): [bigint, bigint] {
  return [block.address, block.address | (fullMask(block.family) ^ block.mask)];
}

function borders({ addresses }: Found, from: bigint, to: bigint, family: Family): void {
  const last = (1n << BigInt(addressBits(family))) - 1n;
  for (const address of [from - 1n, from, to, to + 1n]) if (address >= 0n && address <= last) addresses.add(address);
}

function around(values: Set<number>, { from, to }: { from: number; to: number }, last: number): void {
  for (const value of [from - 1, from, to, to + 1]) if (value >= 0 && value <= last) values.add(value);
}

function addMarks({ marks }: Found, { value, mask }: { value: number; mask: number }): void {
  for (const mark of [value, value | (~mask & 0x1000_0000), value ^ 1]) marks.add(mark >>> 0);
}

import { addressBits, type Network, prefixLength } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import {
  type IdRange,
  isPortsMatch,
  type Match,
  type MatchOf,
  type Negatable,
  type PortRange,
} from '../../model/match.ts';
import type { Target, TargetOf } from '../../model/target.ts';
import { changes } from '../../model/target-effects.ts';
import { TooComplex } from './limits.ts';

/** A mark that somebody looks at: whether `(mark & mask) === value` makes a difference. */
export interface WatchedMark {
  readonly field: 'mark' | 'connmark';
  readonly value: number;
  readonly mask: number;
}

/** The fields that are numbers in a row. */
type LineField = 'protocol' | 'uid' | 'gid' | 'source' | 'destination' | 'sourcePort' | 'destinationPort';

/** Values of a field that a rule may tell from the others. */
export type Cut =
  | { readonly field: LineField; readonly from: bigint; readonly to: bigint; readonly family?: Family }
  | { readonly field: 'interface'; readonly name: string }
  | WatchedMark;

/** All that a match tells apart. */
export function cutsOfMatch(match: Match): readonly Cut[] {
  if (isPortsMatch(match)) {
    const { sourcePort, destinationPort } = match;
    return [...ofNumbers('sourcePort', sourcePort?.value), ...ofNumbers('destinationPort', destinationPort?.value)];
  }
  switch (match.kind) {
    case 'source':
    case 'destination':
      return ofNetwork(match);
    case 'in-interface':
    case 'out-interface':
      return [{ field: 'interface', name: match.name }];
    case 'protocol':
      return ofNumbers('protocol', [{ from: match.protocol, to: match.protocol }]);
    case 'multiport':
      return [
        ...(match.side === 'destination' ? [] : ofNumbers('sourcePort', match.ports)),
        ...(match.side === 'source' ? [] : ofNumbers('destinationPort', match.ports)),
      ];
    case 'owner':
      return [...ofId('uid', match.uid), ...ofId('gid', match.gid)];
    case 'iprange':
      return [
        ...(match.source ? [{ field: 'source', ...match.source.value } as const] : []),
        ...(match.destination ? [{ field: 'destination', ...match.destination.value } as const] : []),
      ];
    case 'mark':
    case 'connmark':
      return [{ field: match.kind, value: match.value, mask: match.mask }];
    // Their fields are cut whatever rules say, or they hold for all packets, or no field decides them.
    case 'conntrack':
    case 'state':
    case 'addrtype':
    case 'fragment':
    case 'comment':
    case 'opaque':
    case 'unknown':
      return [];
  }
}

/**
 * The values that a target gives to fields.
 * @throws TooComplex when bits of one mark are to flip those of the other: then no two values are alike
 */
export function cutsOfTarget(target: Target): readonly Cut[] {
  const rewrites = changes(target, 'destination');
  if (!rewrites && !changes(target, 'mark') && !changes(target, 'connmark')) return [];
  switch (target.kind) {
    case 'redirect':
      return ofNumbers('destinationPort', target.ports && [target.ports]);
    case 'dnat':
      return [
        ...(target.address ? [{ field: 'destination', ...target.address, to: target.address.from } as const] : []),
        ...ofNumbers('destinationPort', target.ports && [target.ports]),
      ];
    case 'tproxy':
      return [{ field: 'mark', ...target.mark }];
    case 'mark':
      return [{ field: 'mark', value: target.value, mask: target.mask }];
    case 'connmark-set':
      return [{ field: 'connmark', value: target.value, mask: target.mask }];
    case 'connmark-save':
      return ofCopy(target, target.nfmask & ~target.ctmask);
    case 'connmark-restore':
      return ofCopy(target, target.ctmask & ~target.nfmask);
  }
}

function ofCopy({ nfmask, ctmask }: Omit<TargetOf<'connmark-save'>, 'kind'>, toggled: number): readonly Cut[] {
  if (toggled !== 0) throw new TooComplex('a rule mixes bits of a mark with those of its connection');
  return [nfmask, ctmask].map((mask) => ({ field: 'mark', value: 0, mask }));
}

function ofNetwork({ kind, network }: MatchOf<'source' | 'destination'>): readonly Cut[] {
  const range = networkRange(network);
  return range ? [{ field: kind, from: range[0], to: range[1], family: network.family }] : [];
}

function ofId(field: 'uid' | 'gid', id: Negatable<IdRange> | undefined): readonly Cut[] {
  return ofNumbers(field, id && [id.value]);
}

function ofNumbers(field: LineField, ranges: readonly PortRange[] = []): readonly Cut[] {
  return ranges.map(({ from, to }) => ({ field, from: BigInt(from), to: BigInt(to) }));
}

/** First and last address of a block, or null when its mask is not a prefix. */
export function networkRange(block: Network): [bigint, bigint] | null {
  const length = prefixLength(block.family, block.mask);
  if (length === null) return null;
  return [block.address, block.address | ((1n << BigInt(addressBits(block.family) - length)) - 1n)];
}

import { addressBits, parseAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';

/** A range of addresses `first-last` as a CIDR block if it is one, else as it was; a single address as it is. */
export function rangeInWords(range: string, family: Family): string {
  const [first = '', last] = range.split('-');
  if (last === undefined) return range;
  const from = parseAddress(first)?.value;
  const to = parseAddress(last)?.value;
  if (from === undefined || to === undefined || to < from) return range;
  const size = to - from + 1n;
  const hostBits = size.toString(2).length - 1;
  const isBlock = size === 1n << BigInt(hostBits) && from % size === 0n;
  return isBlock ? `${first}/${addressBits(family) - hostBits}` : range;
}

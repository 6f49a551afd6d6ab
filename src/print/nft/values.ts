import { addressBits, formatAddress, type Network, prefixLength } from '../../model/address.ts';
import type { Family, TableFamily } from '../../model/family.ts';
import type { PortRange } from '../../model/match.ts';

/** The word for a family in nft's statements and header selectors. */
export function familyWord(family: Family): 'ip' | 'ip6' {
  return family === 'ipv4' ? 'ip' : 'ip6';
}

/** The word for the family of a table. */
export function tableFamilyWord(family: TableFamily): 'ip' | 'ip6' | 'inet' {
  return family === 'inet' ? 'inet' : familyWord(family);
}

/** A mark as nft prints it: hex, eight digits. */
export function formatMark(mark: number): string {
  return `0x${(mark >>> 0).toString(16).padStart(8, '0')}`;
}

/** `80` or `80-90`. */
export function formatRange({ from, to }: PortRange): string {
  return from === to ? String(from) : `${from}-${to}`;
}

/** One range as it is, several as an anonymous set. */
export function formatRanges(ranges: readonly PortRange[]): string {
  const [first] = ranges;
  if (ranges.length === 1 && first !== undefined) return formatRange(first);
  return `{ ${ranges.map(formatRange).join(', ')} }`;
}

/** `10.0.0.0/8`; the length of a single address is left out. Null for a mask that is no prefix. */
export function formatBlock({ family, address, mask }: Network): string | null {
  const length = prefixLength(family, mask);
  if (length === null) return null;
  const text = formatAddress(family, address);
  return length === addressBits(family) ? text : `${text}/${length}`;
}

/** A string in quotes. nft knows no escapes, so what would end the string or the line is left out. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/["\n\r]/g, '')}"`;
}

/** The name of a table, chain or set; in quotes when it is not a plain identifier. */
export function identifier(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_./\\-]*$/.test(name) ? name : quoted(name);
}

/** Raw text on one line. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}

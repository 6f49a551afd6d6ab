import type { Family } from './family.ts';

/** An address or a block of them: `(address & mask) === network`. The mask is usually, but not always, a prefix. */
export interface Network {
  readonly family: Family;
  /** First address of the block (host bits cleared, as the kernel stores it). */
  readonly address: bigint;
  readonly mask: bigint;
}

/** Number of bits of an address of the family: 32 or 128. */
export function addressBits(family: Family): number {
  return family === 'ipv4' ? 32 : 128;
}

/** The mask with all bits of the family set. */
export function fullMask(family: Family): bigint {
  return (1n << BigInt(addressBits(family))) - 1n;
}

/** The mask of a prefix length, 0–32 or 0–128. */
export function prefixMask(family: Family, length: number): bigint {
  const bits = addressBits(family);
  return fullMask(family) ^ ((1n << BigInt(bits - length)) - 1n);
}

/** The prefix length of a mask, or null when its set bits are not contiguous from the top. */
export function prefixLength(family: Family, mask: bigint): number | null {
  const inverted = fullMask(family) ^ mask;
  if ((inverted & (inverted + 1n)) !== 0n) return null;
  return addressBits(family) - (inverted === 0n ? 0 : inverted.toString(2).length);
}

/** A block from an address and a prefix length; host bits are cleared. */
export function network(family: Family, address: bigint, length: number): Network {
  const mask = prefixMask(family, length);
  return { family, address: address & mask, mask };
}

/** Whether an address of the same family lies in the block. */
export function contains(block: Network, address: bigint): boolean {
  return (address & block.mask) === block.address;
}

/** The numeric value of an address in dotted or colon notation (no scope), or null when it is neither. */
export function parseAddress(text: string): { family: Family; value: bigint } | null {
  const v4 = parseIpv4(text);
  if (v4 !== null) return { family: 'ipv4', value: v4 };
  const v6 = parseIpv6(text);
  return v6 === null ? null : { family: 'ipv6', value: v6 };
}

function parseIpv4(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    // A leading zero means octal to some tools and decimal to others, so it is refused like inet_pton does.
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | null {
  if (!/^[0-9a-fA-F:.]+$/.test(text)) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = hextets(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? hextets(halves[1] ?? '', true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array<number>(missing).fill(0), ...tail];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** The 16-bit groups of one side of `::`; the last group of an address may be a dotted IPv4 address. */
function hextets(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [position, part] of parts.entries()) {
    if (mayEndInIpv4 && position === parts.length - 1 && part.includes('.')) {
      const v4 = parseIpv4(part);
      if (v4 === null) return null;
      groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return null;
    }
  }
  return groups;
}

/** The canonical text of an address: dotted, or RFC 5952 with the IPv4-in-IPv6 forms that glibc's inet_ntop uses. */
export function formatAddress(family: Family, value: bigint): string {
  return family === 'ipv4' ? formatIpv4(value) : formatIpv6(value);
}

function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
}

function formatIpv6(value: bigint): string {
  const high = value >> 32n;
  // glibc prints ::ffff:a.b.c.d and, when the upper half of the last 32 bits is not zero, ::a.b.c.d
  if (high === 0xffffn || (high === 0n && value >> 16n !== 0n)) {
    return `${high === 0n ? '::' : '::ffff:'}${formatIpv4(value & 0xffffffffn)}`;
  }
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));
  const run = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let i = 0; i <= groups.length; i += 1) {
    if (groups[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
}

/** `address/length`, or `address/mask` for a mask that is not a prefix, as iptables prints it (always with a length). */
export function formatNetwork(block: Network): string {
  const length = prefixLength(block.family, block.mask);
  const suffix = length === null ? formatAddress(block.family, block.mask) : String(length);
  return `${formatAddress(block.family, block.address)}/${suffix}`;
}

/** A block from `address`, `address/length` or `address/mask`; null when it is none of them. Host bits are cleared. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const mask = slash < 0 ? fullMask(address.family) : parseMask(address.family, text.slice(slash + 1));
  return mask === null ? null : { family: address.family, address: address.value & mask, mask };
}

function parseMask(family: Family, text: string): bigint | null {
  if (/^[0-9]{1,3}$/.test(text)) {
    const length = Number(text);
    return length <= addressBits(family) ? prefixMask(family, length) : null;
  }
  const mask = parseAddress(text);
  return mask !== null && mask.family === family ? mask.value : null;
}

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
  const value = ipv4Number(text);
  return value === null ? null : BigInt(value);
}

/** One pass over the characters into a number: rules and packets in masses are mostly addresses. */
function ipv4Number(text: string): number | null {
  if (text.length > 15) return null;
  let value = 0;
  let bytes = 0;
  let byte = -1;
  for (let at = 0; at <= text.length; at += 1) {
    const digit = at === text.length ? DOT : text.charCodeAt(at) - 48;
    if (digit === DOT) {
      if (byte < 0) return null;
      value = value * 256 + byte;
      bytes += 1;
      byte = -1;
    } else {
      // A leading zero means octal to some tools and decimal to others, so it is refused like inet_pton does.
      if (digit < 0 || digit > 9 || byte === 0) return null;
      byte = byte < 0 ? digit : byte * 10 + digit;
      if (byte > 255) return null;
    }
  }
  return bytes === 4 ? value : null;
}

/** The code of a dot, less that of the digit 0. */
const DOT = -2;

function parseIpv6(text: string): bigint | null {
  if (text.length > LONGEST_IPV6) return null;
  const gap = text.indexOf('::');
  if (gap >= 0 && text.includes('::', gap + 1)) return null;
  const head = hextets(gap < 0 ? text : text.slice(0, gap), gap < 0);
  const tail = gap < 0 ? [] : hextets(text.slice(gap + 2), true);
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return null;
  return joinGroups([...head, ...Array<number>(missing).fill(0), ...tail]);
}

/** Eight hextets, the last two of which may be written as an IPv4 address. */
const LONGEST_IPV6 = 45;

/** Three groups fit into a number; every step in bigints makes a new one. */
function joinGroups(groups: readonly number[]): bigint {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  const number = (first: number, second: number, third: number) => BigInt((first * 65536 + second) * 65536 + third);
  return (number(a, b, c) << 80n) | (number(d, e, f) << 32n) | number(0, g, h);
}

/** The 16-bit groups of one side of `::`; the last group of an address may be a dotted IPv4 address. */
function hextets(text: string, mayEndInIpv4: boolean): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [position, part] of parts.entries()) {
    if (mayEndInIpv4 && position === parts.length - 1 && part.includes('.')) {
      const v4 = ipv4Number(part);
      if (v4 === null) return null;
      groups.push(Math.floor(v4 / 65536), v4 % 65536);
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
  // 32 bits fit into a number, and a trace formats the addresses of a packet once for each rule.
  const bits = Number(value);
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
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

import type { Expression } from '../syntax.ts';
import type { Condition, Resolver } from './condition.ts';

/** RTN_* in the order of their numbers (include/uapi/linux/rtnetlink.h); `nft -n` prints the number. */
const TYPES: readonly string[] = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
];

/** `fib daddr type local` is `addrtype --dst-type LOCAL`; `fib daddr . iif type` adds --limit-iface-in. */
export const addressTypeResolver: Resolver = (condition) => {
  const found = /^fib ([sd]addr)(?: \. ([io])if)? type$/.exec(condition.key);
  const value = found && condition.mask === null ? typesIn(condition.right) : null;
  if (!found || value === null || !isEquality(condition)) return null;
  const types = { negated: condition.comparison === '!=', value };
  const limit = found[2] === undefined ? {} : { limitInterface: found[2] === 'i' ? ('in' as const) : ('out' as const) };
  const side = found[1] === 'saddr' ? { source: types } : { destination: types };
  return [{ kind: 'addrtype', ...side, ...limit }];
};

function isEquality({ comparison }: Condition): boolean {
  return comparison === '==' || comparison === '!=';
}

function typesIn(right: Expression): string[] | null {
  const parts = right.kind === 'set' ? right.parts : [right];
  const types = parts.map((part) => (part.kind === 'value' ? typeOf(part.text) : null));
  return types.length > 0 && types.every((type) => type !== null) ? types : null;
}

function typeOf(text: string): string | null {
  const upper = text.toUpperCase();
  if (TYPES.includes(upper)) return upper;
  return /^[0-9]$/.test(text) ? (TYPES[Number(text)] ?? null) : null;
}

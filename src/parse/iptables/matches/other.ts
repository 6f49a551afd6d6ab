import { parseAddress } from '../../../model/address.ts';
import type { MatchOf, Negatable } from '../../../model/match.ts';
import { bad, type MatchModule, type Option, type Trouble } from '../module.ts';

/** Matches that fit no other file: comment, iprange, addrtype. */
export const OTHER_MODULES: Readonly<Record<string, MatchModule>> = {
  comment: {
    options: { comment: 1 },
    build: (options) => ({ kind: 'comment', text: options[0]?.values[0] ?? '' }),
  },
  iprange: { options: { 'src-range': 1, 'dst-range': 1 }, build: buildRange },
  addrtype: {
    options: { 'src-type': 1, 'dst-type': 1, 'limit-iface-in': 0, 'limit-iface-out': 0 },
    build: buildAddressType,
  },
};

function buildRange(options: readonly Option[]): MatchOf<'iprange'> | Trouble {
  let match: MatchOf<'iprange'> = { kind: 'iprange' };
  for (const option of options) {
    const range = parseRange(option);
    if ('kind' in range) return range;
    match = option.name === 'src-range' ? { ...match, source: range } : { ...match, destination: range };
  }
  return match;
}

function parseRange(option: Option): Negatable<{ readonly from: bigint; readonly to: bigint }> | Trouble {
  const text = option.values[0] ?? '';
  const cut = text.indexOf('-');
  const from = parseAddress(cut < 0 ? text : text.slice(0, cut));
  const to = cut < 0 ? from : parseAddress(text.slice(cut + 1));
  if (from === null || to === null || from.family !== to.family || from.value > to.value) {
    return bad(option, 'an address or a range from-to');
  }
  return { negated: option.negated, value: { from: from.value, to: to.value } };
}

/** The route types of xt_addrtype, in the order in which it prints them. */
const TYPES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
];

function buildAddressType(options: readonly Option[]): MatchOf<'addrtype'> | Trouble {
  let match: MatchOf<'addrtype'> = { kind: 'addrtype' };
  for (const option of options) {
    if (option.name === 'limit-iface-in') match = { ...match, limitInterface: 'in' };
    else if (option.name === 'limit-iface-out') match = { ...match, limitInterface: 'out' };
    else {
      const names = (option.values[0] ?? '').toUpperCase().split(',');
      if (!names.every((name) => TYPES.includes(name))) return bad(option, `a list of ${TYPES.join(',')}`);
      const value = { negated: option.negated, value: TYPES.filter((type) => names.includes(type)) };
      match = option.name === 'src-type' ? { ...match, source: value } : { ...match, destination: value };
    }
  }
  return match;
}

import { addressBits, fullMask, parseAddress, parseNetwork, prefixLength } from '../../../model/address.ts';
import type { Family } from '../../../model/family.ts';
import type { Match } from '../../../model/match.ts';
import type { Condition, Resolver, Scene } from './condition.ts';
import { blockMask, type Domain, type Interval, mergeIntervals, valuesOf } from './intervals.ts';

type Side = 'source' | 'destination';

/**
 * `ip saddr`, `ip6 daddr` … Any address match names a family, and in an inet table packets of the other family fail it,
 * inverted or not. A range has no family in the model, so a match that only asks for the family stands in front of it.
 * Several blocks are one match each when inverted (all must hold); not inverted the model has no form for them.
 */
export function addressResolver(side: Side, family: Family): Resolver {
  const domain = addressDomain(family);
  return (condition, scene) => {
    if (condition.mask !== null) return maskedAddress(condition, side, family);
    const values = valuesOf(condition, domain, scene);
    if (values === null) return null;
    const blocks = mergeIntervals(values.intervals);
    if (blocks.length > 1 && !values.negated) return null;
    const matches = blocks.map((block) => blockMatch(block, side, family, values.negated));
    return matches[0]?.kind === 'iprange' ? [...requireFamily(family, scene), ...matches] : matches;
  };
}

function addressDomain(family: Family): Domain {
  return {
    maximum: fullMask(family),
    point: (text) => {
      const address = parseAddress(text);
      return address?.family === family ? address.value : null;
    },
    prefix: (text) => {
      const block = parseNetwork(text);
      if (block?.family !== family || prefixLength(family, block.mask) === null) return null;
      return { from: block.address, to: block.address | (block.mask ^ fullMask(family)) };
    },
  };
}

function blockMatch(block: Interval, side: Side, family: Family, negated: boolean): Match {
  const mask = blockMask(block, addressBits(family));
  if (mask !== null) return { kind: side, negated, network: { family, address: block.from, mask } };
  const range = { negated, value: { from: block.from, to: block.to } };
  return side === 'source' ? { kind: 'iprange', source: range } : { kind: 'iprange', destination: range };
}

/** `ip saddr & 255.0.255.0 == 10.0.5.0`. */
function maskedAddress(condition: Condition, side: Side, family: Family): Match[] | null {
  const { mask, right, comparison } = condition;
  if (mask?.kind !== 'value' || right.kind !== 'value' || (comparison !== '==' && comparison !== '!=')) return null;
  const [bits, address] = [parseAddress(mask.text), parseAddress(right.text)];
  if (bits?.family !== family || address?.family !== family || (address.value & bits.value) !== address.value)
    return null;
  const network = { family, address: address.value, mask: bits.value };
  return [{ kind: side, negated: comparison === '!=', network }];
}

/** The condition "is a packet of this family": any source of the family. */
function familyMatch(family: Family): Match {
  return { kind: 'source', negated: false, network: { family, address: 0n, mask: 0n } };
}

/** The family match, unless the table or a match in front already says as much. */
export function requireFamily(family: Family, scene: Scene): Match[] {
  return scene.family !== 'inet' || scene.before.some((match) => impliesFamily(match, family))
    ? []
    : [familyMatch(family)];
}

function impliesFamily(match: Match, family: Family): boolean {
  return (match.kind === 'source' || match.kind === 'destination') && match.network.family === family;
}

const FAMILIES: Readonly<Record<string, Family>> = { ipv4: 'ipv4', '2': 'ipv4', ipv6: 'ipv6', '10': 'ipv6' };

/** `meta nfproto ipv4`. Nothing but the two families passes an inet table, so "not one" is the other. */
export const nfprotoResolver: Resolver = ({ mask, right, comparison }) => {
  const named =
    mask === null && right.kind === 'value' && Object.hasOwn(FAMILIES, right.text) ? FAMILIES[right.text] : null;
  if (!named || (comparison !== '==' && comparison !== '!=')) return null;
  const other = named === 'ipv4' ? 'ipv6' : 'ipv4';
  return [familyMatch(comparison === '==' ? named : other)];
};

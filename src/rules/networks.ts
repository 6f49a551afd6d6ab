import { addressBits, contains, formatAddress, fullMask, type Network, prefixMask } from '../model/address.ts';
import type { Family } from '../model/family.ts';
import type { RuleReference } from '../model/ruleset.ts';

type Side = 'source' | 'destination';

/** The blocks of addresses of a family that rules name as source or destination, each once. */
export function namedNetworks(
  rules: readonly RuleReference[],
  family: Family,
  sides: readonly Side[] = ['source', 'destination'],
): Network[] {
  const named = rules.flatMap(({ rule }) =>
    rule.matches.flatMap((match) =>
      (match.kind === 'source' || match.kind === 'destination') &&
      sides.includes(match.kind) &&
      match.network.family === family
        ? [match.network]
        : [],
    ),
  );
  return [...new Map(named.map((network) => [`${network.address}/${network.mask}`, network])).values()];
}

/** One address of each piece that the blocks cut the unicast addresses of a family into. */
export function samplesOf(networks: readonly Network[], family: Family): bigint[] {
  const most = fullMask(family);
  const ends = networks.flatMap(({ address, mask }) => {
    const last = address | (mask ^ most);
    return [address + 1n, address, last, address - 1n, last + 1n];
  });
  const pieces = new Map<string, bigint>();
  for (const address of [...ends, ...ELSEWHERE[family]]) {
    if (address < 0n || address > most || !isHost(address, family)) continue;
    const piece = networks.map((network) => (contains(network, address) ? '1' : '0')).join('');
    if (!pieces.has(piece)) pieces.set(piece, address);
  }
  return [...pieces.values()];
}

/** Addresses of documentation, where nobody's rules reach. */
const ELSEWHERE: Readonly<Record<Family, readonly bigint[]>> = {
  ipv4: [0xc6336407n, 0xcb007109n],
  ipv6: [(0x20010db8n << 96n) + 7n, (0x20010db8ffffn << 80n) + 9n],
};

/** The blocks that have several hosts and no other such block inside: a node's pods are in one of them, if in any. */
export function smallestNetworks(networks: readonly Network[], family: Family): Network[] {
  const wide = networks.filter(({ address, mask }) => mask !== fullMask(family) && isHost(address + 1n, family));
  return wide.filter((network) => !wide.some((other) => other !== network && isInside(other, network)));
}

function isInside(inner: Network, outer: Network): boolean {
  return contains(outer, inner.address) && (inner.mask & outer.mask) === outer.mask && inner.mask !== outer.mask;
}

/** Whether it can be the address of a pod or a node: neither loopback nor link-local, multicast or unspecified. */
function isHost(address: bigint, family: Family): boolean {
  return address !== 0n && !NO_HOSTS[family].some((network) => contains(network, address));
}

function block(family: Family, top: bigint, length: number): Network {
  return { family, address: top << BigInt(addressBits(family) - length), mask: prefixMask(family, length) };
}

const NO_HOSTS: Readonly<Record<Family, readonly Network[]>> = {
  ipv4: [block('ipv4', 0n, 8), block('ipv4', 127n, 8), block('ipv4', 0xa9fen, 16), block('ipv4', 7n, 3)],
  ipv6: [block('ipv6', 0n, 127), block('ipv6', 0x3fan, 10), block('ipv6', 255n, 8)],
};

/** The addresses as text. */
export function asTexts(addresses: readonly bigint[], family: Family): string[] {
  return addresses.map((address) => formatAddress(family, address));
}

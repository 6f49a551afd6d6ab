import { addressBits, contains, fullMask, network, parseAddress, prefixMask } from '../model/address.ts';
import type { Family } from '../model/family.ts';
import type { Routing } from '../model/routing.ts';

/** Blocks that are no host's address: a packet to one goes to nobody, to everybody, or over the other family. */
const NO_HOST: Readonly<Record<Family, readonly (readonly [block: string, length: number, what: string])[]>> = {
  ipv4: [
    ['0.0.0.0', 8, 'not the address of a host'],
    ['224.0.0.0', 4, 'a multicast address'],
    ['255.255.255.255', 32, 'the broadcast address'],
    ['240.0.0.0', 4, 'a reserved address'],
  ],
  ipv6: [
    ['::', 128, 'not the address of a host'],
    ['ff00::', 8, 'a multicast address'],
    ['::ffff:0:0', 96, 'an IPv4 address in the form of IPv6'],
  ],
};

/** Why nothing is sent to an address, or null. Whoever wrote resolv.conf may have chosen it. */
export function whyNotSentTo(address: string, routing: Routing | null): string | null {
  const parsed = parseAddress(address);
  if (parsed === null) return 'not an address';
  const { family, value } = parsed;
  const block = NO_HOST[family].find(([first, length]) =>
    contains(network(family, parseAddress(first)?.value ?? 0n, length), value),
  );
  if (block !== undefined) return block[2];
  return isBroadcast(family, value, routing) ? "the broadcast address of the pod's network" : null;
}

/** The last address of a network that the pod is in; networks of one or two addresses, and those of IPv6, have none. */
function isBroadcast(family: Family, value: bigint, routing: Routing | null): boolean {
  if (family === 'ipv6') return false;
  return (routing?.addresses ?? []).some((own) => {
    const first =
      own.family === family && own.prefixLength < addressBits(family) - 1 ? parseAddress(own.address) : null;
    if (first === null) return false;
    const mask = prefixMask(family, own.prefixLength);
    return value === ((first.value & mask) | (fullMask(family) ^ mask));
  });
}

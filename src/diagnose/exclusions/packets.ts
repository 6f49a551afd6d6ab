import { formatAddress, type Network, parseNetwork } from '../../model/address.ts';
import type { Config } from '../../model/config.ts';
import type { Family } from '../../model/family.ts';
import type { Packet } from '../../model/packet.ts';

/** What exclusions are listed for. */
export type ExclusionKey =
  | 'inboundPortsExclude'
  | 'outboundPortsExclude'
  | 'outboundIpRangesExclude'
  | 'ownerGroupsExclude';

const POD: Readonly<Record<Family, string>> = { ipv4: '10.244.0.5', ipv6: 'fd00:10:244::5' };
const FAR: Readonly<Record<Family, string>> = { ipv4: '203.0.113.10', ipv6: '2001:db8:ffff::10' };
/** Nobody's: neither the proxy's nor a group that anybody lists. */
const APPLICATION = 4_000_000_001;
/** An ordinary port of a service, that nobody excludes. */
const SERVICE = 40_007;

/** Ordinary packets that an exclusion is meant for: new connections over the network. */
export function packetsFor(key: ExclusionKey, item: number | string, config: Config): Packet[] {
  const families: Family[] = config.enableIpv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  switch (key) {
    case 'inboundPortsExclude':
      return families.map((family) => inbound(family, Number(item)));
    case 'outboundPortsExclude':
      return families.flatMap((family) =>
        destinationsOf(config, family).flatMap((destination) =>
          ['tcp', 'udp'].map((protocol) => outbound({ family, protocol, destination, destinationPort: Number(item) })),
        ),
      );
    case 'outboundIpRangesExclude': {
      const range = parseNetwork(String(item));
      return range === null ? [] : outboundTo(range, config);
    }
    case 'ownerGroupsExclude':
      return families.flatMap((family) =>
        destinationsOf(config, family).map((destination) => ({
          ...outbound({ family, protocol: 'tcp', destination, destinationPort: portsOf(config)[0] ?? SERVICE }),
          gid: /^\d+$/.test(String(item)) ? Number(item) : APPLICATION,
        })),
      );
  }
}

/** To the range itself, and to the included ranges that lie in it. */
function outboundTo(range: Network, config: Config): Packet[] {
  const { family } = range;
  const inside = destinationsOf(config, family).filter((text) => isWithin(text, range));
  const destinations = [...new Set([formatAddress(family, range.address), ...inside])];
  return destinations.flatMap((destination) =>
    portsOf(config).map((destinationPort) => outbound({ family, protocol: 'tcp', destination, destinationPort })),
  );
}

function isWithin(text: string, { family, address, mask }: Network): boolean {
  const other = parseNetwork(text);
  return other !== null && other.family === family && (other.address & mask) === address;
}

/** The first address of each included range, or any where all are included. */
function destinationsOf({ outboundIpRangesInclude: ranges }: Config, family: Family): string[] {
  if (ranges === '*') return [FAR[family]];
  const included = ranges.map((text) => parseNetwork(text)).filter((range) => range?.family === family);
  return [...included.flatMap((range) => (range ? formatAddress(family, range.address) : [])), FAR[family]];
}

function portsOf({ outboundPortsInclude }: Config): number[] {
  return [SERVICE, ...outboundPortsInclude.slice(0, 1)];
}

function inbound(family: Family, destinationPort: number): Packet {
  return {
    family,
    hook: 'PREROUTING',
    protocol: 'tcp',
    source: FAR[family],
    sourcePort: 40_000,
    destination: POD[family],
    destinationPort,
    inInterface: 'eth0',
    ctState: 'NEW',
  };
}

function outbound(of: Pick<Packet, 'family' | 'protocol' | 'destination' | 'destinationPort'>): Packet {
  return {
    ...of,
    hook: 'OUTPUT',
    source: POD[of.family],
    sourcePort: 40_000,
    outInterface: 'eth0',
    uid: APPLICATION,
    gid: APPLICATION,
    ctState: 'NEW',
  };
}

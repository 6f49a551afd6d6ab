import { formatAddress, parseAddress } from '../../model/address.ts';
import type { Family } from '../../model/family.ts';
import type { Socket } from '../../model/socket.ts';
import { portNamed } from '../services.ts';

/** The part of a socket that its two address columns say. */
export type EndpointPair = Pick<
  Socket,
  'family' | 'localAddress' | 'localPort' | 'peerAddress' | 'peerPort' | 'interface'
>;

/** `[` + 45 characters of IPv6 + `]%` + 15 of an interface name + `:65535`, and some room. */
const LONGEST_ENDPOINT = 100;

interface Endpoint {
  readonly address: string;
  readonly family: Family | 'any';
  readonly port: number | null;
  readonly device?: string;
}

/**
 * Both ends of a socket, or what is wrong with them. An IPv4 connection of an IPv6 socket (`::ffff:10.0.0.5`) is given
 * as the IPv4 it is on the wire, because that is what netfilter sees.
 */
export function endpointPair(local: string, peer: string, oldNotation: boolean): EndpointPair | string {
  const here = parseEndpoint(local, oldNotation);
  const there = parseEndpoint(peer, oldNotation);
  if (typeof here === 'string') return here;
  if (typeof there === 'string') return there;
  if (here.port === null) return `the local port in ${JSON.stringify(local)} is missing`;
  const peerAddress = isWildcard(there) ? '*' : there.address;
  const ends = {
    family: here.family,
    localAddress: here.address,
    localPort: here.port,
    peerAddress,
    peerPort: there.port,
  };
  return here.device === undefined ? ends : { ...ends, interface: here.device };
}

function isWildcard(end: Endpoint): boolean {
  return end.port === null && (end.address === '*' || end.address === '0.0.0.0' || end.address === '::');
}

/** `10.0.0.5:80`, `[::1]:80`, `[fe80::1]%eth0:80`, `[fe80::1%eth0]:80`, `0.0.0.0%eth0:80`, `*:80`, `::1:80`, `*:*`. */
function parseEndpoint(text: string, oldNotation: boolean): Endpoint | string {
  const colon = text.lastIndexOf(':');
  if (colon < 0 || text.length > LONGEST_ENDPOINT)
    return `${JSON.stringify(text.slice(0, LONGEST_ENDPOINT))} is not an address with a port`;
  const port = parsePort(text.slice(colon + 1));
  if (port === 'named')
    return `the port in ${JSON.stringify(text)} is a name of several ports or of none that is known; ask with -n for numbers`;
  const { host, device } = hostAndDevice(text.slice(0, colon));
  // Before 4.15 `*` was IPv4's wildcard; now it is the one of a socket that takes both families.
  if (host === '*')
    return { address: oldNotation ? '0.0.0.0' : '*', family: oldNotation ? 'ipv4' : 'any', port, ...device };
  const parsed = parseAddress(host);
  if (parsed === null) return `${JSON.stringify(host)} is not an IP address; ask with -n for numbers`;
  // What parses as IPv4 is canonical: leading zeros are refused.
  if (parsed.family === 'ipv4' && device.device === undefined) return { address: host, family: 'ipv4', port };
  if (parsed.family === 'ipv4') return { address: host, family: 'ipv4', port, ...device };
  return { ...plainAddress(parsed, oldNotation), port, ...device };
}

const NO_DEVICE = {};

/** Most addresses have neither brackets nor an interface, and there may be tens of thousands. */
function hostAndDevice(text: string): { readonly host: string; readonly device: { readonly device?: string } } {
  if (!text.includes('[') && !text.includes('%') && !text.includes(']')) return { host: text, device: NO_DEVICE };
  const [host = '', ...devices] = text.replaceAll(/[[\]]/g, '').split('%');
  return { host, device: devices.length > 0 ? { device: devices.join('%') } : {} };
}

/** An address in canonical form; an IPv4-mapped one as IPv4. */
function plainAddress(
  parsed: { family: Family; value: bigint },
  oldNotation: boolean,
): { address: string; family: Family | 'any' } {
  if (parsed.family === 'ipv6' && parsed.value >> 32n === 0xffffn) {
    return { address: formatAddress('ipv4', parsed.value & 0xffffffffn), family: 'ipv4' };
  }
  // The old `:::80` does not say whether the socket takes IPv4 too; unless it was told otherwise, it does.
  if (oldNotation && parsed.family === 'ipv6' && parsed.value === 0n) return { address: '*', family: 'any' };
  return { address: formatAddress(parsed.family, parsed.value), family: parsed.family };
}

function parsePort(text: string): number | null | 'named' {
  if (text === '*') return null;
  if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  return portNamed(text) ?? 'named';
}

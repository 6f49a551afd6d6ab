import fc from 'fast-check';
import { addressBits, formatAddress, parseAddress } from '../../src/model/address.ts';
import type { Family } from '../../src/model/family.ts';
import type { Packet, PacketHook } from '../../src/model/packet.ts';
import { type Links, linksOf } from '../../src/model/pod.ts';
import type { InterfaceAddress } from '../../src/model/routing.ts';

/*
 * Pods with several interfaces and addresses, and packets as they can exist there: those to an address of the pod's own
 * leave by lo, and no others do.
 */

/** Addresses below and above 127/8, private and public, some of them in each other's networks. */
const PLACES: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['10.244.1.5', '10.0.0.5', '10.244.1.6', '100.64.3.7', '126.255.255.254', '128.0.0.1', '172.17.0.1'].concat([
    '172.31.255.254',
    '192.168.0.5',
    '192.168.0.1',
    '203.0.113.10',
    '223.255.255.254',
    '9.9.9.9',
  ]),
  ipv6: ['fd00:10:244::5', 'fd00:10:244::6', '2001:db8::5', '2001:db8:1::10', 'fdff::1', '2600::5', '3ffe::1'],
};

const LINK_LOCAL = ['fe80::1', 'fe80::ff:fe00:5', 'fe80::42:acff:fe11:1'] as const;
const NAMES = ['eth0', 'ens3', 'net1', 'docker0', 'br-int', 'tailscale0', 'enp0s31f6'] as const;

/** The links of a pod with one to four interfaces, as `ip addr show` of it says. */
export const anyLinks: fc.Arbitrary<Links> = fc
  .uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 })
  .chain((names) =>
    fc
      .tuple(
        fc.uniqueArray(fc.tuple(fc.constantFrom(...names), anyAddress('ipv4')), { minLength: 1, maxLength: 4 }),
        fc.uniqueArray(fc.tuple(fc.constantFrom(...names), anyAddress('ipv6')), { maxLength: 3 }),
        fc.uniqueArray(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...LINK_LOCAL)), { maxLength: 2 }),
        fc.boolean(),
      )
      .map(([v4, v6, link, passthrough]) => {
        const addresses = [
          ...['127.0.0.1', '::1', ...(passthrough ? ['::6'] : [])].map((text) => held('lo', text, 'host')),
          ...[...v4, ...v6].map(([name, text]) => held(name, text, 'global')),
          ...link.map(([name, text]) => held(name, text, 'link')),
        ];
        return linksOf({ routing: { rules: [], routes: [], addresses, interfaces: ['lo', ...names] } });
      }),
  );

function anyAddress(family: Family): fc.Arbitrary<string> {
  const last = (1n << BigInt(addressBits(family))) - 1n;
  const random = fc.bigInt({ min: 1n << 24n, max: last }).map((value) => formatAddress(family, value));
  const usual = fc.constantFrom(...PLACES[family]);
  return fc.oneof({ weight: 4, arbitrary: usual }, random.filter(isUnicast));
}

/** Neither loopback nor multicast nor link-local, which are no addresses that others know a pod by. */
function isUnicast(text: string): boolean {
  return !/^(127|22[4-9]|2[34]\d|25\d)\.|^(ff|fe[89ab])..:|^::/.test(text);
}

function held(name: string, address: string, scope: string): InterfaceAddress {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  return { interface: name, family, address, prefixLength: family === 'ipv4' ? 16 : 64, scope };
}

/** A packet of a new connection in a pod with these links, to its own addresses, their neighbours or far away. */
export function packetIn(links: Links, hook: PacketHook, family: Family): fc.Arbitrary<Packet> {
  const own = [...links.localAddresses, ...links.innerAddresses].filter(
    (text) => parseAddress(text)?.family === family,
  );
  const known = [...own, ...own.flatMap(neighbours), ...PLACES[family], ...LOOPBACK[family]];
  const destination = fc.oneof(fc.constantFrom(...known), anyAddress(family));
  const fields = fc.record({
    protocol: fc.constantFrom('tcp', 'tcp', 'udp', 'icmp', '47'),
    source: fc.constantFrom(...(hook === 'OUTPUT' && own.length > 0 ? own : known)),
    destination,
    ports: fc.tuple(fc.constantFrom(40000, 53, 15053), fc.constantFrom(80, 8080, 53, 22, 15008, 15020, 15090, 3306)),
    owner: fc.option(fc.tuple(fc.constantFrom(0, 1000, 1337), fc.constantFrom(0, 1000, 1337)), { nil: null, freq: 5 }),
    link: fc.constantFrom(...links.interfaces),
  });
  return fields.map(({ protocol, source, destination: to, ports, owner, link }): Packet => {
    const stays = own.includes(to) || isLoopback(to);
    const [sourcePort, destinationPort] = ports;
    return {
      ...{ family, hook, protocol, ctState: 'NEW', mark: 0, connmark: 0 },
      source: stays || !isLoopback(source) ? source : (own[0] ?? REMOTE[family]),
      // What was meant for programs of the pod only (::6, loopback) does not come in from outside.
      destination: hook === 'PREROUTING' && (isLoopback(to) || to.startsWith('::')) ? REMOTE[family] : to,
      ...(protocol === 'tcp' || protocol === 'udp' ? { sourcePort, destinationPort } : {}),
      ...(hook === 'PREROUTING'
        ? { inInterface: link, ...(isLoopback(source) ? { source: REMOTE[family] } : {}) }
        : { outInterface: stays ? 'lo' : link, uid: owner?.[0] ?? null, gid: owner?.[1] ?? null }),
    };
  });
}

const LOOPBACK = { ipv4: ['127.0.0.1', '127.0.0.6', '127.255.255.255'], ipv6: ['::1'] } as const;
const REMOTE = { ipv4: '198.51.100.77', ipv6: '2001:db8:77::77' } as const;

function isLoopback(text: string): boolean {
  return text.startsWith('127.') || text === '::1';
}

function neighbours(text: string): string[] {
  const address = parseAddress(text);
  if (address === null) return [];
  const values = [address.value - 1n, address.value + 1n];
  return values.map((value) => formatAddress(address.family, value)).filter(isUnicast);
}

import type { Family } from '../../../src/model/family.ts';
import type { Intent, Kind } from './kind.ts';
import type { PacketName } from './packets.ts';

/** At least one release of every era of the sidecar's iptables layout. */
export const SIDECAR_RELEASES = [
  ...['1.0.9', '1.1.17', '1.2.10', '1.3.8', '1.4.10', '1.5.1', '1.5.2', '1.5.10', '1.6.14', '1.7.8', '1.8.6'],
  ...['1.9.5', '1.9.9', '1.10.1', '1.10.6', '1.11.8', '1.12.9', '1.13.9', '1.14.6', '1.17.8', '1.18.7', '1.19.10'],
  ...['1.20.8', '1.22.8', '1.23.6', '1.24.6', '1.25.5', '1.28.10', '1.31.0'],
];
/** The releases with native nftables whose text differs (counters since 1.28). */
export const NATIVE_RELEASES = ['1.27.9', '1.28.10', '1.31.0'];

const NEWEST = 31;

/** IPv6: 1.0 only refuses packets in filter; until 1.4 inbound `*` captures nothing. */
function capturesInbound(minor: number, family: Family): boolean {
  return family === 'ipv4' || minor >= 5;
}

/** A pod that nobody configured. */
export function plain(minor: number, family: Family): Intent {
  if (family === 'ipv6' && minor < 1) return nothing();
  const app = minor >= 3 ? 'redirect 15006' : 'redirect 15001';
  const inbound = capturesInbound(minor, family) ? app : 'accept';
  const itself = family === 'ipv6' && minor < 3 ? 'redirect 15001' : app;
  return {
    ...nothing(),
    'in 8080': inbound,
    'in 9090': inbound,
    // 22 stood first in the chain for as long as inbound * was meant for people with ssh in their pods
    'in 22': minor >= 13 ? inbound : 'accept',
    'in 15008': minor >= 7 ? 'accept' : inbound,
    'in 15020': minor >= 1 ? 'accept' : inbound,
    'in 15021': minor >= 6 ? 'accept' : inbound,
    'in 15090': minor >= 6 ? 'accept' : inbound,
    'app out': 'redirect 15001',
    'app dns tcp': 'redirect 15001',
    'group 2000 out': 'redirect 15001',
    'no socket out': 'redirect 15001',
    // a call to itself goes through the proxy once, and before 1.5 also when the application makes it
    'app to itself': minor >= 5 ? 'accept' : itself,
    'proxy to itself by gid only': minor >= 5 ? 'accept' : itself,
    'proxy to itself': itself,
    'proxy to its own 15008': minor >= 18 ? 'accept' : itself,
    'proxy to the app from passthrough': minor >= 3 ? 'accept' : itself,
  };
}

/** Every packet that a plain layout is asked about, left alone. */
export function nothing(): Intent {
  const names: readonly PacketName[] = [
    ...(['in 8080', 'in 9090', 'in 22', 'in 15008', 'in 15020', 'in 15021', 'in 15090', 'in udp 8080'] as const),
    ...(['in INVALID', 'in ESTABLISHED', 'app out', 'app out udp', 'app out INVALID', 'app out ESTABLISHED'] as const),
    ...(['group 2000 out', 'no socket out', 'proxy out', 'proxy out by uid only', 'proxy out by gid only'] as const),
    ...(['app to itself', 'proxy to itself', 'proxy to itself by gid only', 'proxy to its own 15008'] as const),
    ...(['proxy to the app from passthrough', 'app to loopback', 'proxy to loopback', 'app dns udp'] as const),
    ...(['app dns tcp', 'proxy dns udp'] as const),
  ];
  return Object.fromEntries(names.map((name) => [name, 'accept']));
}

/** TPROXY takes inbound packets to the proxy as they are; outbound is redirected as ever. */
function transparent(minor: number, family: Family): Intent {
  // until 1.11 IPv6 was redirected in this mode too
  if (family === 'ipv6' && minor < 12) return plain(minor, family);
  const port = minor >= 9 ? 15006 : 15001;
  const capture = `tproxy ${port} mark 1337`;
  const diverted = 'accept mark 1337';
  return {
    ...plain(minor, family),
    'in 8080': capture,
    'in 9090': capture,
    'in 22': minor >= 13 ? capture : 'accept',
    // the exemption of the tunnel port stands in nat, which nothing asks in this mode
    'in 15008': capture,
    'in 15020': minor >= 1 ? 'accept' : capture,
    'in 15021': minor >= 6 ? 'accept' : capture,
    'in 15090': minor >= 6 ? 'accept' : capture,
    // 1.5.2 asks conntrack where earlier releases asked for the socket of the proxy
    'in ESTABLISHED': minor >= 5.02 ? diverted : capture,
    'in INVALID': capture,
    ...(minor >= 11
      ? {
          'on lo': 'accept',
          'on lo, mark 1337': 'accept',
          'on lo, mark 1338': capture,
          'proxy to itself': 'redirect 15006 mark 1338',
          'proxy to itself by gid only': 'accept mark 1338',
          'proxy to the app from passthrough': 'accept mark 1338',
          'proxy to its own 15008': minor >= 18 ? 'accept mark 1338' : 'redirect 15006 mark 1338',
          'out connmark 1337': 'accept mark 1337',
        }
      : {}),
    ...(minor >= 6 && minor < 9 ? { 'proxy to the app from passthrough': 'accept' } : {}),
  };
}

/** DNS goes to the agent, except the agent's own, in zones of its own where the two would be one connection. */
export function dns(all: boolean): Kind['intent'] {
  return (minor, family) => {
    const agent = 'redirect 15053';
    const query = minor >= 11 ? `${agent} zone 2` : agent;
    const elsewhere = all ? query : 'accept';
    return {
      ...plain(minor, family),
      'app dns udp': query,
      'app dns tcp': agent,
      'app dns udp elsewhere': elsewhere,
      'app dns tcp elsewhere': all ? agent : 'redirect 15001',
      'proxy dns udp': minor >= 11 ? 'accept zone 1' : 'accept',
      'proxy dns answer': minor >= 11 ? 'accept zone 2' : 'accept',
      // until 1.19 the rule for answers matched the resolver as their destination
      'in answer of the resolver': minor >= 20 || (all && minor >= 11) ? 'accept zone 1' : 'accept',
    };
  };
}

const SERVERS = { dnsServersV4: ['10.96.0.10'], dnsServersV6: ['2001:db8:9999::10'] };
const LISTS = {
  inboundPortsInclude: [8080, 15090],
  outboundPortsExclude: [3306],
  outboundPortsInclude: [9092],
  outboundIpRangesInclude: ['203.0.113.0/24', '2001:db8::/33'],
  outboundIpRangesExclude: ['203.0.113.128/25', '2001:db8:0:8000::/49'],
};

/** The kinds that a recent release has. */
export const COMMON_KINDS: readonly Kind[] = [
  { name: 'default', config: { enableIpv6: true }, minors: [0, NEWEST], intent: plain },
  {
    name: 'TPROXY',
    config: { enableIpv6: true, interceptionMode: 'TPROXY' },
    minors: [0, NEWEST],
    intent: transparent,
    open: (minor) => minor < 5.02,
  },
  {
    name: 'all DNS',
    config: { enableIpv6: true, redirectDns: true, captureAllDns: true },
    minors: [12, NEWEST],
    intent: dns(true),
  },
  {
    name: 'DNS by resolver',
    config: { enableIpv6: true, redirectDns: true, ...SERVERS },
    minors: [12, NEWEST],
    intent: dns(false),
  },
  {
    name: 'DNS by resolver, IPv4 only',
    config: { redirectDns: true, ...SERVERS, dnsServersV6: [] },
    minors: [9, 11],
    intent: dns(false),
  },
  {
    name: 'DNS in 1.8',
    config: { redirectDns: true },
    minors: [8, 8],
    intent: (minor, family) => ({ ...dns(true)(minor, family, 'iptables'), 'app dns tcp elsewhere': 'redirect 15053' }),
  },
  {
    name: 'excluded interface',
    config: { enableIpv6: true, excludeInterfaces: ['net1'] },
    minors: [12, NEWEST],
    intent: (minor, family) => ({ ...plain(minor, family), 'in by net1': 'accept', 'app out by net1': 'accept' }),
  },
  {
    name: 'excluded interface with TPROXY',
    config: { enableIpv6: true, excludeInterfaces: ['net1'], interceptionMode: 'TPROXY' },
    minors: [12, NEWEST],
    intent: (minor, family) => ({ ...transparent(minor, family), 'in by net1': 'accept', 'app out by net1': 'accept' }),
  },
  {
    name: 'virtual interface',
    config: { enableIpv6: true, rerouteVirtualInterfaces: ['net1'] },
    minors: [1, NEWEST],
    intent: (minor, family) => ({
      ...plain(minor, family),
      // what comes from a virtual machine in the pod is outbound; IPv6 was left alone until 1.11
      'in by net1': family === 'ipv4' || minor >= 12 ? 'redirect 15001' : 'accept',
      'app out by net1': 'redirect 15001',
    }),
  },
  {
    name: 'owner groups included',
    config: { enableIpv6: true, ownerGroupsInclude: ['1000'] },
    minors: [14, NEWEST],
    intent: (minor, family, backend) => ({
      ...plain(minor, family),
      'group 2000 out': 'accept',
      // xt_owner takes a packet without a socket for one of another group, nftables does not
      'no socket out': backend === 'iptables' ? 'accept' : 'redirect 15001',
    }),
  },
  {
    name: 'owner groups excluded',
    config: { enableIpv6: true, ownerGroupsExclude: ['2000'] },
    minors: [14, NEWEST],
    intent: (minor, family) => ({ ...plain(minor, family), 'group 2000 out': 'accept' }),
  },
  {
    name: 'drop invalid',
    config: { enableIpv6: true, dropInvalid: true },
    minors: [13, NEWEST],
    intent: (minor, family) => ({ ...plain(minor, family), 'in INVALID': 'drop' }),
  },
  {
    name: 'lists',
    config: { enableIpv6: true, ...LISTS },
    minors: [10, NEWEST],
    intent: (minor, family) => ({
      ...plain(minor, family),
      'in 9090': 'accept',
      'in 22': 'accept',
      // exclusions are not looked at when ports are listed
      'in 15090': 'redirect 15006',
      'app out 9092': 'redirect 15001',
      'app out 3306': 'accept',
      'app out udp 3306': 'accept',
      'app out elsewhere': 'accept',
      // 1.10.2 brought included ports to IPv6
      'app out elsewhere 9092': family === 'ipv4' || minor >= 10.02 ? 'redirect 15001' : 'accept',
      'app out excluded range': 'accept',
      'app dns tcp': 'accept',
    }),
  },
];

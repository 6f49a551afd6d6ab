import { FAMILIES } from '../../../src/model/family.ts';
import type { Intent, Kind } from './kind.ts';
import { dns, nothing, plain } from './sidecar.ts';

const NEWEST = 31;

/** Ports and ranges left out of what is captured otherwise; releases take what they know of it. */
export const EXCLUSIONS: Kind = {
  name: 'exclusions',
  config: {
    enableIpv6: true,
    inboundPortsExclude: [9090],
    outboundPortsExclude: [3306],
    outboundIpRangesExclude: ['203.0.113.128/25', '2001:db8:0:8000::/49'],
  },
  minors: [0, NEWEST],
  intent: (minor, family) => {
    const usual = plain(minor, family);
    const captured = usual['in 8080'] ?? 'accept';
    const out = usual['app out'] ?? 'accept';
    return {
      ...usual,
      'in 9090': 'accept',
      'in 15020': captured,
      'in 15021': captured,
      'in 15090': captured,
      'app out 3306': minor >= 2 ? 'accept' : out,
      'app out udp 3306': 'accept',
      // the script of 1.1 gave IPv6 no ranges
      'app out excluded range': family === 'ipv6' && minor < 2 ? out : 'accept',
    };
  },
};

/** Native tables have no rule of one family but those that name addresses, so that IPv6 is captured all the same. */
function withoutAddresses(minor: number): Intent {
  return {
    ...plain(minor, 'ipv6'),
    'proxy to itself': 'accept',
    'proxy to its own 15008': 'accept',
    'proxy to the app from passthrough': 'accept',
  };
}

export const IPV6_OFF: Kind = {
  name: 'IPv6 off',
  config: { enableIpv6: false },
  families: FAMILIES,
  minors: [0, NEWEST],
  intent: (minor, family, backend) => {
    if (family === 'ipv4') return plain(minor, family);
    return backend === 'nftables' ? withoutAddresses(minor) : nothing();
  },
};

const AGENT = 'redirect 15053';
/** Where Envoy itself answered queries. */
const ENVOY = 'redirect 15013';

/** DNS capture while it was young; what all releases from 1.12 on have is among the common kinds. */
export const EARLY_KINDS: readonly Kind[] = [
  {
    name: 'DNS in 1.6 and 1.7',
    config: { redirectDns: true },
    minors: [6, 7],
    intent: (minor, family) => ({
      ...plain(minor, family),
      'app dns udp': ENVOY,
      'app dns udp elsewhere': ENVOY,
      // 1.6 knew the proxy by its group alone
      'proxy dns udp': 'accept',
    }),
  },
  {
    name: 'all DNS, IPv4 only',
    config: { redirectDns: true, captureAllDns: true },
    minors: [11, 11],
    intent: (minor, family) => ({ ...dns(true)(minor, family, 'iptables'), 'app dns tcp': AGENT }),
  },
];

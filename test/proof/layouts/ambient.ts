import type { Intent, Kind } from './kind.ts';

/** One release of every ambient layout: TPROXY alone, both, REDIRECT alone, connection marks in ingress mode. */
export const AMBIENT_RELEASES = ['1.21.6', '1.22.8', '1.23.6', '1.24.6', '1.25.5', '1.28.10', '1.29.3', '1.31.0'];
export const NATIVE_AMBIENT_RELEASES = ['1.28.10', '1.31.0'];

const NEWEST = 31;

const SAME: Intent = {
  'in udp 8080': 'accept',
  'in from the probe': 'accept',
  'on lo': 'accept',
  'on lo, mark 1337': 'accept',
  'on lo, mark 0x111': 'accept',
  'app out': 'redirect 15001',
  'app out udp': 'accept',
  'app out INVALID': 'accept',
  'app out ESTABLISHED': 'accept',
  'no socket out': 'redirect 15001',
  // nobody is exempt by owner
  'proxy out': 'redirect 15001',
  'ztunnel out': 'accept',
  'out mark 0x111': 'accept',
  // answers to a connection that ztunnel opened go back to it
  'out connmark 0x111': 'accept mark 273',
  'app to itself': 'accept',
  'app to loopback': 'accept',
  'app to the probe': 'accept',
};

function redirected(): Intent {
  return {
    ...SAME,
    'in 8080': 'redirect 15006',
    'in 15008': 'accept',
    'in 15020': 'redirect 15006',
    'in INVALID': 'accept',
    'in ESTABLISHED': 'accept',
  };
}

function transparent(): Intent {
  const capture = 'tproxy 15006 mark 273';
  return {
    ...SAME,
    'in 8080': capture,
    'in 15008': 'tproxy 15008 mark 273',
    'in 15020': capture,
    'in INVALID': capture,
    'in ESTABLISHED': 'accept',
  };
}

/** Until 1.23 ztunnel's own queries came back to it, and TCP queries were any connection. */
function dns(minor: number): Intent {
  const early = minor < 24;
  return {
    'app dns udp': 'redirect 15053',
    'app dns tcp': early ? 'redirect 15001' : 'redirect 15053',
    'ztunnel dns udp': early ? 'redirect 15053' : 'accept zone 1',
    'in answer of the resolver': early ? 'accept' : 'accept zone 1',
  };
}

const NO_DNS: Intent = { 'app dns udp': 'accept', 'app dns tcp': 'redirect 15001', 'ztunnel dns udp': 'accept' };

export const AMBIENT_KINDS: readonly Kind[] = [
  {
    name: 'TPROXY',
    config: { interceptionMode: 'TPROXY', redirectDns: false },
    minors: [21, 24],
    intent: () => ({ ...transparent(), ...NO_DNS }),
  },
  {
    name: 'TPROXY with DNS',
    config: { interceptionMode: 'TPROXY', redirectDns: true },
    minors: [21, 24],
    intent: (minor) => ({ ...transparent(), ...dns(minor) }),
  },
  {
    name: 'REDIRECT',
    config: { interceptionMode: 'REDIRECT', redirectDns: false },
    minors: [24, NEWEST],
    intent: () => ({ ...redirected(), ...NO_DNS }),
  },
  {
    name: 'REDIRECT with DNS',
    config: { interceptionMode: 'REDIRECT', redirectDns: true },
    minors: [24, NEWEST],
    intent: (minor) => ({ ...redirected(), ...dns(minor) }),
  },
  {
    name: 'ingress mode',
    config: { interceptionMode: 'REDIRECT', redirectDns: false, ingressMode: true },
    minors: [24, NEWEST],
    intent: () => ({ ...redirected(), ...NO_DNS, 'in 8080': 'accept', 'in 15020': 'accept' }),
  },
  {
    name: 'virtual interface',
    config: { interceptionMode: 'REDIRECT', redirectDns: false, rerouteVirtualInterfaces: ['net1'] },
    minors: [25, NEWEST],
    intent: () => ({ ...redirected(), ...NO_DNS, 'in by net1': 'redirect 15001' }),
  },
];

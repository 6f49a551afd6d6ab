import type { Fault } from '../scenario.ts';

/** Faults in the tables that Istio writes with nftables itself. */
export const NATIVE: readonly Fault[] = [
  {
    name: 'native-inbound-jump-deleted',
    layout: 'native',
    commands: ['nft flush chain inet istio-proxy-nat prerouting'],
    codes: ['NAT0101'],
    quotes: 'jump istio-inbound',
  },
  {
    name: 'native-outbound-redirect-deleted',
    layout: 'native-dual-stack',
    commands: ['nft flush chain inet istio-proxy-nat istio-redirect'],
    codes: ['NAT0102'],
    quotes: 'redirect to :15001',
  },
  {
    name: 'native-inbound-port-excluded',
    layout: 'native',
    commands: ['nft insert rule inet istio-proxy-nat istio-inbound tcp dport 8080 counter return'],
    codes: ['NAT0201'],
    quotes: 'tcp dport 8080',
  },
  {
    name: 'native-outbound-range-excluded-ipv6',
    layout: 'native-dual-stack',
    commands: ['nft insert rule inet istio-proxy-nat istio-output ip6 daddr 2001:db8::/32 counter return'],
    codes: ['NAT0205'],
    quotes: '2001:db8::/32',
  },
  {
    name: 'native-root-exempt',
    layout: 'native',
    commands: ['nft insert rule inet istio-proxy-nat istio-output meta skuid 0 counter return'],
    codes: ['NAT0305'],
    quotes: 'skuid 0',
  },
  {
    name: 'native-table-deleted',
    layout: 'native',
    live: true,
    commands: ['nft delete table inet istio-proxy-nat'],
    codes: ['NAT0105'],
    quotes: 'jump istio-inbound',
  },
  {
    name: 'native-and-iptables',
    layout: 'native',
    live: true,
    also: 'sidecar',
    commands: [],
    codes: ['NAT0701'],
    quotes: 'ISTIO_',
  },
];

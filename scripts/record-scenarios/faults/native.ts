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
  {
    name: 'native-redirect-ahead-of-exclusions',
    layout: 'native',
    commands: [
      'nft flush chain inet istio-proxy-nat istio-inbound',
      'nft add rule inet istio-proxy-nat istio-inbound meta l4proto tcp counter jump istio-in-redirect',
      ...[15008, 15090, 15021, 15020].map(
        (port) => `nft add rule inet istio-proxy-nat istio-inbound tcp dport ${port} counter return`,
      ),
    ],
    codes: ['NAT0107'],
    quotes: 'jump istio-in-redirect',
  },
  {
    name: 'native-policy-of-others-drop',
    layout: 'native',
    commands: [
      'nft add table inet other',
      'nft add chain inet other output { type filter hook output priority 0 ; policy drop ; }',
    ],
    codes: ['NAT0109'],
    quotes: '-P output DROP',
  },
  {
    name: 'native-port-excluded-after-traffic',
    layout: 'native',
    commands: [
      'nft flush chain inet istio-proxy-nat istio-in-redirect',
      'nft add rule inet istio-proxy-nat istio-in-redirect meta l4proto tcp counter packets 7 bytes 420 redirect to :15006',
      'nft insert rule inet istio-proxy-nat istio-inbound tcp dport 8080 counter packets 3 bytes 180 return',
    ],
    codes: ['NAT0201'],
    quotes: 'tcp dport 8080',
  },
];

import type { CatalogueGroup } from './entry.ts';
import { REPLACE_POD, RIGHTS } from './wording.ts';

const BOTH_FAMILIES = {
  'iptables-save; ip6tables-save':
    'the chains ISTIO_INBOUND and ISTIO_OUTPUT of nat in the second output, and how they differ from the first',
};

/** NAT06: the second address family. */
export const NAT06 = {
  group: 'IPv6',
  entries: {
    NAT0601: {
      name: 'ipv6-uncaptured',
      severity: 'error',
      traffic: { scope: 'whole', mending: 'reprogram' },
      title: 'The pod is reachable over IPv6, and IPv6 is not captured',
      meaning:
        'The pod has a global IPv6 address, something listens on it, and IPv6 should be captured, but there are no rules for it. Whoever calls the pod over IPv6 bypasses the proxy and all policies, and so does what the application sends over IPv6.',
      causes: [
        'The cluster is dual-stack and Istio was not told: it then looks only at the first address of the pod to decide.',
        'The kernel module ip6table_nat is missing on the node, so the IPv6 half could not be loaded.',
        'The IPv6 address was added after the rules were written.',
      ],
      confirm: {
        'ip -6 addr show scope global': 'an address of the pod',
        'ss -6Hltne': "listeners on `[::]` or `*` that are not the proxy's",
        ...BOTH_FAMILIES,
      },
      remedy: [
        'Dual-stack clusters: set `ISTIO_DUAL_STACK: "true"` in `pilot.env` of istiod and in `meshConfig.defaultConfig.proxyMetadata`.',
        REPLACE_POD,
      ],
      since: '1.1',
      rights: RIGHTS.rulesAndRouting,
    },
    NAT0602: {
      name: 'ipv6-asymmetric',
      severity: 'warning',
      traffic: { scope: 'whole', mending: 'reprogram' },
      title: 'IPv4 and IPv6 treat the same traffic differently',
      meaning:
        'Both families have rules, and a packet that is captured in one is let through in the other. Which way a connection takes then depends on which address the caller happened to get from DNS.',
      causes: [
        'Rules of one family were changed by hand or by another agent.',
        'A range is excluded or included in one family only.',
        'Releases before 1.12 write less for IPv6: no DNS capture and no TPROXY; from 1.1 to 1.4 inbound capture of all ports does nothing there.',
        'The two families were written to different backends.',
      ],
      confirm: {
        ...BOTH_FAMILIES,
      },
      remedy: [
        'Dual-stack clusters: set `ISTIO_DUAL_STACK: "true"` in `pilot.env` of istiod and in `meshConfig.defaultConfig.proxyMetadata`.',
        'For ambient: set `ambient.ipv6=true` for the istio-cni chart.',
        'Name ranges of both families in `traffic.sidecar.istio.io/excludeOutboundIPRanges` on the pod template.',
        REPLACE_POD,
      ],
      since: '1.1',
    },
    NAT0603: {
      name: 'ipv6-captured-while-off',
      severity: 'warning',
      title: 'IPv6 is captured although it is off',
      meaning:
        "Istio's own nftables tables see both families, and their jumps do not match on one. So with IPv6 off, IPv6 TCP is captured all the same, in and out, and only the exemptions are missing: loopback, the proxy's own passthrough address, excluded ranges. With iptables IPv6 is left untouched in that case.",
      causes: [
        'Native nftables is switched on, and the pod has IPv6 addresses while Istio considers it IPv4 only.',
        'Ambient: queries over IPv6 UDP are captured with DNS capture on.',
      ],
      confirm: {
        'nft list table inet istio-proxy-nat':
          'no rule with `ip6`, and jumps in prerouting and output without `meta nfproto`. In ambient the table is istio-ambient-nat',
        'ip -6 addr show scope global': 'an address of the pod',
      },
      remedy: [
        'Set `ISTIO_DUAL_STACK: "true"` in `pilot.env` of istiod and in `meshConfig.defaultConfig.proxyMetadata`, as IPv6 is in use.',
        'For ambient: set `ambient.ipv6=true` for the istio-cni chart.',
        REPLACE_POD,
        'Or use iptables (`global.nativeNftables=false`), which has no rules for IPv6 then.',
      ],
      since: '1.27',
      rights: RIGHTS.rulesAndRouting,
    },
    NAT0604: {
      name: 'ipv6-passthrough-address',
      severity: 'warning',
      title: 'The address ::6 is not on the loopback interface',
      meaning:
        'The proxy sends inbound IPv6 requests to the application from the source address ::6, so that the rules can tell them from others. Unlike 127.0.0.6 this address must be put on lo first. It is not there, so the proxy cannot bind it, and inbound IPv6 requests fail; the start-up validation of istio-cni fails as well.',
      causes: [
        'IPv6 is disabled on lo in the pod (`net.ipv6.conf.lo.disable_ipv6`).',
        'istio-init could not add the address and went on.',
        'Another agent cleaned the addresses of lo.',
      ],
      confirm: {
        'ip -6 addr show dev lo': '`inet6 ::6/128`; it is missing',
        'cat /proc/sys/net/ipv6/conf/lo/disable_ipv6': 'a 1, which means that lo takes no IPv6 address',
      },
      remedy: [
        'Leave IPv6 on for lo: take such a setting out of `securityContext.sysctls` of the pod template.',
        REPLACE_POD,
      ],
      since: '1.3',
      rights: RIGHTS.routing,
    },
  },
} satisfies CatalogueGroup<'NAT06'>;

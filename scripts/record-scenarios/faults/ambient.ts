import type { Fault } from '../scenario.ts';

const BOTH = ['iptables', 'ip6tables'] as const;
const ofBoth = (...commands: readonly string[]) =>
  BOTH.flatMap((tool) => commands.map((command) => `${tool} ${command}`));
const deletedIn = (tool: string) =>
  ['nat', 'mangle', 'raw'].flatMap((table) => [`${tool} -t ${table} -F`, `${tool} -t ${table} -X`]);

/** Pods of ambient that lost rules, and pods of the other data plane than was named. */
export const AMBIENT: readonly Fault[] = [
  {
    name: 'ambient-inbound-flushed',
    layout: 'ambient',
    live: true,
    commands: ofBoth('-t nat -F ISTIO_PRERT'),
    codes: ['NAT0101', 'NAT0101'],
    quotes: '--to-ports 15006',
    // Istio 1.28 writes no connmark rule in ingress mode, later releases do: by release it is no ingress mode.
    undeclared: { saved: 'undetermined', live: 'undetermined' },
  },
  {
    name: 'ambient-probe-exemption-deleted',
    layout: 'ambient',
    commands: ['iptables -t nat -D ISTIO_PRERT -s 169.254.7.127 -p tcp -m tcp -j ACCEPT'],
    codes: ['NAT0903'],
    quotes: '-A ISTIO_PRERT -s 169.254.7.127/32 -p tcp -m tcp -j ACCEPT',
  },
  {
    name: 'ambient-native-inbound-flushed',
    layout: 'ambient-native',
    live: true,
    commands: ['nft flush chain inet istio-ambient-nat istio-prerouting'],
    codes: ['NAT0101'],
    quotes: 'redirect to :15006',
    undeclared: { saved: 'undetermined', live: 'undetermined' },
  },
  {
    name: 'ambient-ipv6-deleted',
    layout: 'ambient',
    live: true,
    commands: deletedIn('ip6tables'),
    codes: ['NAT0601'],
    quotes: 'ISTIO_PRERT',
    undeclared: { saved: ['NAT0602'], live: ['NAT0601'] },
  },
  {
    name: 'ambient-ipv6-deleted-with-routing',
    layout: 'ambient',
    live: true,
    commands: [...deletedIn('ip6tables'), 'ip -6 rule del fwmark 0x111/0xfff', 'ip -6 route flush table 100'],
    codes: ['NAT0601', 'NAT0905'],
    quotes: 'ISTIO_PRERT',
    undeclared: { saved: ['NAT0602'], live: ['NAT0602'] },
  },
  {
    name: 'ambient-raw-flushed',
    layout: 'ambient',
    live: true,
    commands: ofBoth('-t raw -F'),
    codes: ['NAT0402'],
    quotes: '-A PREROUTING -j ISTIO_PRERT',
    undeclared: { saved: ['NAT0402'], live: ['NAT0402'] },
  },
  {
    name: 'ambient-native-raw-flushed',
    layout: 'ambient-native',
    live: true,
    commands: ['nft flush table inet istio-ambient-raw'],
    codes: ['NAT0402'],
    quotes: 'jump istio-prerouting',
    undeclared: { saved: ['NAT0402'], live: ['NAT0402'] },
  },
  {
    name: 'ambient-flushed-chains-left',
    layout: 'ambient',
    live: true,
    commands: ofBoth('-t nat -F', '-t mangle -F', '-t raw -F'),
    codes: ['NAT0901'],
    quotes: 'none of its rules is here',
    undeclared: { saved: ['NAT0901'], live: ['NAT0901'] },
  },
  {
    name: 'ambient-where-sidecar-was-meant',
    layout: 'ambient',
    told: { istioVersion: '1.28.10', dataplane: 'sidecar', enableIpv6: true },
    commands: [],
    codes: ['NAT0906'],
    quotes: 'ISTIO_PRERT',
  },
  {
    name: 'sidecar-where-ambient-was-meant',
    layout: 'dual-stack',
    told: { istioVersion: '1.28.10', dataplane: 'ambient' },
    commands: [],
    codes: ['NAT0901'],
    quotes: 'the rules here are a sidecar',
  },
];

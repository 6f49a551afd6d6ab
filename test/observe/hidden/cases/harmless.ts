import type { Case } from '../case.ts';
import { LAYOUT_NAMES, type LayoutName } from '../layouts.ts';

const NFT: readonly LayoutName[] = ['redirect nft', 'tproxy nft'];
const IPTABLES: readonly LayoutName[] = [...NFT, 'redirect legacy', 'tproxy legacy'];

/** Several calls of iptables in nat. */
const nat =
  (...lines: readonly string[]): NonNullable<Case['commands']> =>
  ({ iptables }) =>
    lines.map((line) => [iptables, '-t', 'nat', ...line.split(' ')]);

/** What other programs keep beside Istio's rules, as they program it, and what is of no consequence at all. */
export const HARMLESS: readonly Case[] = [
  { name: 'nothing', on: LAYOUT_NAMES, shows: [] },
  {
    name: 'a chain of nat that only counts',
    on: LAYOUT_NAMES,
    nft: ({ ip }) => `add table ${ip} nat
add chain ${ip} nat tally { type nat hook output priority -150; }
add rule ${ip} nat tally counter
add rule ${ip} nat tally tcp dport { 80, 3306 } counter`,
    shows: [],
  },
  {
    name: 'a chain of filter that only counts',
    on: LAYOUT_NAMES,
    nft: ({ ip }) => `add table ${ip} filter
add chain ${ip} filter tally { type filter hook output priority 5; policy accept; }
add rule ${ip} filter tally meta skuid 1337 counter`,
    shows: [],
  },
  {
    name: 'sets and maps that no rule names',
    on: NFT,
    nft: ({ ip, addr, far }) => `add set ${ip} nat spare { type ${addr}; elements = { ${far} }; }
add map ${ip} nat places { type inet_service : verdict; elements = { 3306 : accept }; }
add counter ${ip} nat tally
add quota ${ip} nat much { over 1 bytes; }`,
    shows: [],
  },
  {
    name: 'a chain that nothing leads to',
    on: NFT,
    nft: ({ ip }) => `add chain ${ip} nat island
add rule ${ip} nat island tcp dport { 3306, 80 } counter accept`,
    shows: [],
  },
  ...(['prerouting', 'input', 'output', 'postrouting'] as const).map(
    (hook, i): Case => ({
      name: `an empty base chain at ${hook}`,
      on: LAYOUT_NAMES,
      nft: ({ ip }) => `add table ${ip} filter
add chain ${ip} filter empty { type filter hook ${hook} priority ${[-350, 7, -111, 150][i]}; policy accept; }`,
      shows: [],
    }),
  ),
  ...(['prerouting', 'input', 'output', 'postrouting'] as const).map(
    (hook): Case => ({
      name: `an empty nat chain at ${hook}`,
      on: LAYOUT_NAMES,
      nft: ({ ip }) => `add table ${ip} nat
add chain ${ip} nat empty { type nat hook ${hook} priority -120; policy accept; }`,
      shows: [],
    }),
  ),
  {
    name: 'a nat chain that accepts ahead of others: the others are asked all the same',
    on: ['redirect nft', 'redirect legacy', 'redirect native'],
    nft: ({ ip }) => `add table ${ip} nat
add chain ${ip} nat early { type nat hook output priority -150; }
add rule ${ip} nat early tcp dport 3306 counter accept`,
    shows: [],
  },
  {
    name: 'a table of others that is dormant and would drop all',
    on: LAYOUT_NAMES,
    nft: () => `add table inet asleep { flags dormant; }
add chain inet asleep out { type filter hook output priority 0; policy drop; }`,
    shows: [],
  },
  {
    name: 'ingress and egress chains without rules, and one that only counts',
    on: LAYOUT_NAMES,
    nft: () => `add table netdev edge
add chain netdev edge in { type filter hook ingress device "eth0" priority 0; policy accept; }
add chain netdev edge out { type filter hook egress device "eth0" priority 0; policy accept; }
add rule netdev edge in counter`,
    shows: [],
  },
  {
    name: 'bridge and arp',
    on: LAYOUT_NAMES,
    nft: () => `add table bridge b
add chain bridge b in { type filter hook prerouting priority 0; policy accept; }
add rule bridge b in ether type ip counter
add table arp a
add chain arp a in { type filter hook input priority 0; policy accept; }
add rule arp a in counter`,
    shows: [],
  },
  {
    name: 'a table of others that does not touch the traffic',
    on: LAYOUT_NAMES,
    nft: ({ ip }) => `add table inet others
add set inet others blocked { type inet_service; flags interval; elements = { 2000-2010 }; }
add chain inet others out { type filter hook output priority 0; policy accept; }
add rule inet others out oifname "tun9" udp dport @blocked counter accept
add rule inet others out meta nfproto ${ip === 'ip' ? 'ipv4' : 'ipv6'} counter`,
    shows: [],
  },
  {
    name: "kube-proxy's canaries and empty chains",
    on: IPTABLES,
    commands: ({ iptables }) => [
      ...['mangle', 'nat', 'filter'].flatMap((table) => [
        [iptables, '-t', table, '-N', 'KUBE-KUBELET-CANARY'],
        [iptables, '-t', table, '-N', 'KUBE-PROXY-CANARY'],
      ]),
      [iptables, '-t', 'filter', '-N', 'KUBE-FIREWALL'],
      [iptables, '-t', 'nat', '-N', 'KUBE-MARK-MASQ'],
      [iptables, '-t', 'nat', '-A', 'KUBE-MARK-MASQ', '-j', 'MARK', '--or-mark', '0x4000'],
    ],
    shows: [],
  },
  {
    name: "CNI portmap's chains for a port of the node, behind Istio's",
    on: ['redirect nft', 'redirect legacy'],
    commands: (names) =>
      nat(
        '-N CNI-HOSTPORT-DNAT',
        '-N CNI-HOSTPORT-SETMARK',
        '-N CNI-DN-5ff1eb1f1f9ab4ce2c4e6',
        '-A CNI-HOSTPORT-SETMARK -m comment --comment CNI_portfwd_masquerade_mark -j MARK --set-xmark 0x2000/0x2000',
        `-A CNI-DN-5ff1eb1f1f9ab4ce2c4e6 -s ${names.own} -p tcp -m tcp --dport 18080 -j CNI-HOSTPORT-SETMARK`,
        `-A CNI-DN-5ff1eb1f1f9ab4ce2c4e6 -p tcp -m tcp --dport 18080 -j DNAT --to-destination ${names.at(names.own, 8080)}`,
        '-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment dnat_name:"cbr0" -m multiport --dports 18080 -j CNI-DN-5ff1eb1f1f9ab4ce2c4e6',
        '-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
      )(names),
    shows: [],
  },
  {
    name: "Docker's chains",
    on: IPTABLES,
    families: ['ipv4'],
    commands: nat(
      '-N DOCKER',
      '-N DOCKER_OUTPUT',
      '-N DOCKER_POSTROUTING',
      '-A OUTPUT -d 127.0.0.11/32 -j DOCKER_OUTPUT',
      '-A POSTROUTING -d 127.0.0.11/32 -j DOCKER_POSTROUTING',
      '-A DOCKER_OUTPUT -d 127.0.0.11/32 -p tcp -m tcp --dport 53 -j DNAT --to-destination 127.0.0.11:39999',
      '-A DOCKER_OUTPUT -d 127.0.0.11/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.11:39998',
      '-A DOCKER_POSTROUTING -s 127.0.0.11/32 -p tcp -m tcp --sport 39999 -j SNAT --to-source :53',
      '-A DOCKER -i docker0 -j RETURN',
    ),
    shows: [],
    toldBy: 'diff',
  },
  {
    name: "KubeVirt's chains for a virtual machine behind Istio's",
    on: ['redirect nft'],
    nft: ({ ip, at }) => {
      const vm = ip === 'ip' ? '10.0.2.2' : 'fd10:0:2::2';
      const gateway = ip === 'ip' ? '10.0.2.1' : 'fd10:0:2::1';
      return `add chain ${ip} nat KUBEVIRT_PREINBOUND
add chain ${ip} nat KUBEVIRT_POSTINBOUND
add rule ${ip} nat POSTROUTING ${ip} saddr ${vm} counter masquerade
add rule ${ip} nat PREROUTING iifname "vmnic0" counter jump KUBEVIRT_PREINBOUND
add rule ${ip} nat POSTROUTING oifname "k6t-eth0" counter jump KUBEVIRT_POSTINBOUND
add rule ${ip} nat KUBEVIRT_PREINBOUND tcp dport 5900 counter dnat to ${at(vm, 5900)}
add rule ${ip} nat KUBEVIRT_POSTINBOUND ${ip} saddr 127.0.0.1 counter snat to ${gateway}`.replace(
        'saddr 127.0.0.1',
        `saddr ${ip === 'ip' ? '127.0.0.1' : '::1'}`,
      );
    },
    shows: [],
  },
];

import type { Attempt } from '../../../kernel/index.ts';
import type { Case, Names } from '../case.ts';
import { LAYOUT_NAMES } from '../layouts.ts';

const calls = ({ own, far }: Names): Attempt[] => [
  { from: 'peer', to: own, port: 8080 },
  { from: 'pod', uid: 1337, to: far, port: 443 },
];

/** Chains ahead of all of iptables' hooks, and behind them. */
export const DEVICES: readonly Case[] = [
  ...(['netdev', 'inet'] as const).flatMap((table): Case[] => [
    {
      name: `${table}: an ingress chain that drops one port`,
      on: LAYOUT_NAMES,
      nft: () => `add table ${table} edge
add chain ${table} edge evil { type filter hook ingress device "eth0" priority 0; }
add rule ${table} edge evil tcp dport 8080 counter drop`,
      shows: ['in 8080'],
      ahead: true,
    },
    {
      name: `${table}: an ingress chain whose policy is drop`,
      on: LAYOUT_NAMES,
      nft: () => `add table ${table} edge
add chain ${table} edge evil { type filter hook ingress device "eth0" priority 0; policy drop; }`,
      shows: ['in 8080', 'in 9090'],
      ahead: true,
    },
    {
      name: `${table}: an ingress chain on several devices that sets a port`,
      on: ['redirect nft', 'redirect legacy'],
      nft: () => `add table ${table} edge
add chain ${table} edge evil { type filter hook ingress devices = { "eth0", "net1" } priority 5; }
add rule ${table} edge evil tcp dport 8080 counter tcp dport set 15090`,
      shows: ['in 8080'],
      ahead: true,
    },
  ]),
  {
    name: 'netdev: an egress chain that drops what the proxy sends',
    on: LAYOUT_NAMES,
    nft: () => `add table netdev edge
add chain netdev edge evil { type filter hook egress device "eth0" priority 0; }
add rule netdev edge evil tcp dport 443 counter drop`,
    shows: [],
    connects: (names) => calls(names).slice(1),
  },
  {
    name: 'netdev: an egress chain whose policy is drop',
    on: LAYOUT_NAMES,
    nft: () => `add table netdev edge
add chain netdev edge evil { type filter hook egress device "eth0" priority 0; policy drop; }`,
    shows: [],
    connects: calls,
  },
  {
    name: 'netdev: an ingress chain that sends away',
    on: ['redirect nft', 'redirect legacy'],
    nft: () => `add table netdev edge
add chain netdev edge evil { type filter hook ingress device "eth0" priority 0; }
add rule netdev edge evil tcp dport 8080 fwd to "lo"`,
    shows: ['in 8080'],
    ahead: true,
  },
];

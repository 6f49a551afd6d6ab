import type { Case } from '../case.ts';
import { LAYOUT_NAMES, type LayoutName } from '../layouts.ts';

const IPTABLES: readonly LayoutName[] = ['redirect nft', 'tproxy nft', 'redirect legacy', 'tproxy legacy'];

/**
 * Base chains in tables of iptables that iptables knows nothing of: iptables-nft-save prints the table with a remark,
 * without them, or under the name and hook of its own chain.
 */
export const CHAINS: readonly Case[] = [
  {
    name: 'a nat chain at OUTPUT ahead of dstnat that rewrites',
    on: IPTABLES,
    nft: ({ ip, peer, at }) => `add table ${ip} nat
add chain ${ip} nat evil { type nat hook output priority -150; }
add rule ${ip} nat evil tcp dport 3306 counter dnat to ${at(peer, 9)}`,
    shows: ['app out 3306'],
  },
  {
    name: 'a nat chain at OUTPUT one ahead of dstnat that redirects, without a counter',
    on: LAYOUT_NAMES,
    nft: ({ ip }) => `add table ${ip} nat
add chain ${ip} nat evil { type nat hook output priority -101; }
add rule ${ip} nat evil tcp dport 80 redirect to :9`,
    shows: ['app out'],
  },
  {
    name: 'a nat chain at PREROUTING ahead of dstnat that rewrites to elsewhere',
    on: ['redirect nft', 'redirect legacy', 'redirect native'],
    nft: ({ ip, peer, at }) => `add table ${ip} nat
add chain ${ip} nat evil { type nat hook prerouting priority -150; }
add rule ${ip} nat evil tcp dport 8080 counter dnat to ${at(peer, 9)}`,
    shows: ['in 8080'],
  },
  {
    name: 'a nat chain that looks like OUTPUT of iptables, in a table that had no nat chain before',
    on: ['redirect legacy', 'tproxy legacy'],
    nft: ({ ip }) => `add table ${ip} nat
add chain ${ip} nat OUTPUT { type nat hook output priority -101; }
add rule ${ip} nat OUTPUT tcp dport { 80, 3306 } counter redirect to :9`,
    shows: ['app out', 'app out 3306'],
  },
  {
    name: 'a chain of nat that is of type filter',
    on: IPTABLES,
    nft: ({ ip }) => `add table ${ip} nat
add chain ${ip} nat guard { type filter hook output priority -160; }
add rule ${ip} nat guard tcp dport 3306 counter drop`,
    shows: ['app out 3306'],
  },
  {
    name: 'a nat chain under the table filter',
    on: IPTABLES,
    nft: ({ ip }) => `add table ${ip} filter
add chain ${ip} filter evil { type nat hook output priority -110; }
add rule ${ip} filter evil tcp dport 3306 counter redirect to :9`,
    shows: ['app out 3306'],
  },
  {
    name: 'an empty filter chain at OUTPUT whose policy is drop',
    on: LAYOUT_NAMES,
    nft: ({ ip }) => `add table ${ip} filter
add chain ${ip} filter evil { type filter hook output priority 0; policy drop; }`,
    shows: ['app out', 'proxy out', 'app dns udp'],
  },
  {
    name: 'a filter chain whose policy is drop, with exceptions that count',
    on: IPTABLES,
    nft: ({ ip }) => `add table ${ip} filter
add chain ${ip} filter evil { type filter hook output priority 10; policy drop; }
add rule ${ip} filter evil counter oifname lo accept
add rule ${ip} filter evil counter meta skuid != 1337 accept`,
    shows: ['proxy out'],
  },
  {
    name: 'a filter chain whose policy is drop at PREROUTING',
    on: LAYOUT_NAMES,
    nft: ({ ip }) => `add table ${ip} filter
add chain ${ip} filter evil { type filter hook prerouting priority 0; policy drop; }
add rule ${ip} filter evil tcp dport != 8080 counter accept`,
    shows: ['in udp 8080', 'in answer of the resolver'],
  },
  {
    name: 'a chain that bears the name of iptables INPUT and stands at OUTPUT',
    on: ['redirect nft', 'redirect legacy'],
    nft: ({ ip }) => `add table ${ip} security
add chain ${ip} security INPUT { type filter hook output priority 50; policy accept; }
add rule ${ip} security INPUT tcp dport 15001 counter drop`,
    shows: ['app out'],
  },
  {
    name: 'a chain that bears the name of mangle INPUT and stands at OUTPUT',
    on: ['redirect nft', 'redirect legacy'],
    nft: ({ ip }) => `add table ${ip} mangle
add chain ${ip} mangle INPUT { type filter hook output priority mangle; policy accept; }
add rule ${ip} mangle INPUT tcp dport 3306 counter drop`,
    shows: ['app out 3306'],
  },
  {
    name: 'a chain that bears the name of raw PREROUTING at another priority',
    on: ['redirect nft', 'redirect legacy'],
    nft: ({ ip }) => `add table ${ip} raw
add chain ${ip} raw OUTPUT { type filter hook output priority 300; policy accept; }
add rule ${ip} raw OUTPUT tcp dport 15001 counter drop`,
    shows: ['app out'],
  },
  {
    name: 'a chain of raw that takes the tracking away',
    on: LAYOUT_NAMES,
    nft: ({ ip }) => `add table ${ip} raw
add chain ${ip} raw evil { type filter hook output priority -300; }
add rule ${ip} raw evil tcp dport 3306 counter notrack`,
    shows: ['app out 3306'],
  },
  {
    name: 'a chain of raw at PREROUTING that takes the tracking away',
    on: ['redirect nft', 'redirect legacy'],
    nft: ({ ip }) => `add table ${ip} raw
add chain ${ip} raw PREROUTING { type filter hook prerouting priority raw; policy accept; }
add rule ${ip} raw PREROUTING tcp dport 8080 counter notrack`,
    shows: ['in 8080'],
  },
  {
    name: 'a route chain of mangle that marks for another route',
    on: ['tproxy nft', 'tproxy legacy'],
    nft: ({ ip }) => `add table ${ip} mangle
add chain ${ip} mangle evil { type route hook output priority -150; }
add rule ${ip} mangle evil tcp dport 3306 counter meta mark set 1337`,
    shows: ['app out 3306'],
  },
  {
    name: 'a chain of mangle at PREROUTING that hands over to another transparent proxy',
    on: ['redirect nft', 'redirect legacy', 'redirect native'],
    nft: ({ ip }) => `add table ${ip} mangle
add chain ${ip} mangle evil { type filter hook prerouting priority -150; }
add rule ${ip} mangle evil tcp dport 8080 counter tproxy to :15007 accept`,
    shows: ['in 8080'],
  },
  {
    name: 'a chain behind nat that drops what was redirected',
    on: LAYOUT_NAMES,
    nft: ({ ip }) => `add table ${ip} nat
add chain ${ip} nat behind { type filter hook output priority 0; }
add rule ${ip} nat behind tcp dport 15001 counter drop`,
    shows: ['app out'],
  },
  {
    name: 'a base chain that jumps to one that drops, with counters all over',
    on: IPTABLES,
    nft: ({ ip }) => `add table ${ip} filter
add chain ${ip} filter later
add rule ${ip} filter later tcp dport 3306 counter drop
add chain ${ip} filter evil { type filter hook output priority -205; }
add rule ${ip} filter evil counter jump later`,
    shows: ['app out 3306'],
  },
  {
    name: 'a filter chain at INPUT that drops what the proxy listens for',
    on: ['redirect nft', 'redirect legacy', 'redirect native'],
    nft: ({ ip }) => `add table ${ip} filter
add chain ${ip} filter evil { type filter hook input priority 5; }
add rule ${ip} filter evil tcp dport { 15006, 15001 } counter drop`,
    shows: [],
    connects: ({ own, far }) => [
      { from: 'peer', to: own, port: 8080 },
      { from: 'pod', uid: 1000, to: far, port: 443 },
    ],
  },
  {
    name: 'a filter chain at INPUT whose policy is drop, in the table nat',
    on: ['redirect nft', 'redirect legacy', 'redirect native'],
    nft: ({ ip }) => `add table ${ip} nat
add chain ${ip} nat evil { type filter hook input priority 20; policy drop; }`,
    shows: [],
    connects: ({ own }) => [{ from: 'peer', to: own, port: 8080 }],
  },
  {
    name: 'a filter chain at POSTROUTING that drops what the proxy sends',
    on: IPTABLES,
    nft: ({ ip }) => `add table ${ip} mangle
add chain ${ip} mangle evil { type filter hook postrouting priority 5; }
add rule ${ip} mangle evil meta skuid 1337 oifname eth0 counter drop`,
    shows: [],
    connects: ({ far }) => [{ from: 'pod', uid: 1337, to: far, port: 443 }],
  },
];

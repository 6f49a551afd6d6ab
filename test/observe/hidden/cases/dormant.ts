import type { Case } from '../case.ts';

/** A table that is asleep holds all its rules, is printed like any other, and does nothing. */
export const DORMANT: readonly Case[] = [
  {
    name: 'nat is dormant',
    on: ['redirect nft'],
    nft: ({ ip }) => `add table ${ip} nat { flags dormant; }`,
    shows: ['app out', 'proxy to itself', 'in 8080'],
  },
  {
    name: 'nat is dormant, and inbound is captured by mangle',
    on: ['tproxy nft'],
    nft: ({ ip }) => `add table ${ip} nat { flags dormant; }`,
    shows: ['app out'],
  },
  {
    name: 'mangle is dormant',
    on: ['tproxy nft'],
    nft: ({ ip }) => `add table ${ip} mangle { flags dormant; }`,
    shows: ['in 8080', 'in 9090'],
  },
  {
    name: 'all of the family is dormant',
    on: ['redirect nft', 'tproxy nft'],
    nft: ({ ip }) =>
      ['nat', 'mangle', 'filter', 'raw'].map((t) => `add table ${ip} ${t} { flags dormant; }`).join('\n'),
    shows: ['app out', 'in 8080'],
  },
  {
    name: 'nat is dormant and has a comment that says otherwise',
    on: ['redirect nft'],
    nft: ({ ip }) => `add table ${ip} nat { flags dormant; }
add chain ${ip} nat note { comment "not dormant"; }`,
    shows: ['app out', 'in 8080'],
  },
  {
    name: "Istio's own native table is dormant",
    on: ['redirect native'],
    families: ['ipv4'],
    nft: () => 'add table inet istio-proxy-nat { flags dormant; }',
    shows: ['app out', 'in 8080'],
  },
];

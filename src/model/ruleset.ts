import type { Family, TableFamily } from './family.ts';
import type { Match } from './match.ts';
import type { NamedSet } from './named-set.ts';
import type { Target } from './target.ts';

/** What holds a table. `iptables` where the text does not tell legacy from nft. Decides owner semantics. */
export type Backend = 'iptables-legacy' | 'iptables-nft' | 'iptables' | 'nftables';

/** The netfilter hooks, spelled as iptables spells the chains on them. */
export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

/** The policy of a base chain. */
export type Policy = 'accept' | 'drop';

/** Where a rule was read. Lines are 1-based; 0 means it was built, not read. */
export interface Origin {
  /** File name, `stdin`, or the command whose output it was. */
  readonly source: string;
  readonly line: number;
}

/** Packet and byte counters, if the text had them. */
export interface Counters {
  readonly packets: number;
  readonly bytes: number;
}

/** One rule of a chain. */
export interface Rule {
  /** 1-based position in its chain. */
  readonly index: number;
  /** All must hold. */
  readonly matches: readonly Match[];
  /**
   * The matches as they are written, where `matches` has the elements of a named set in place of its name. What the rule
   * does now follows from `matches`; whether two rules are the same, and what is printed, from these.
   */
  readonly written?: readonly Match[];
  /** Done in order. iptables has at most one; none only counts. nftables may have several. */
  readonly targets: readonly Target[];
  /** Written with nft into a table of iptables-nft: its matches and targets do what nft's do, whatever the table is. */
  readonly native?: true;
  readonly counters?: Counters;
  /** The number by which nft deletes the rule, if the listing had it. Unique in its table for as long as that exists. */
  readonly handle?: number;
  readonly origin: Origin;
  /** The rule as it was written (`-A CHAIN …`), counters left out. This is what findings quote. */
  readonly text: string;
}

/** How a base chain is attached. */
export interface Base {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: Hook;
  /** Lower runs first: raw -300, mangle -150, nat -100 (source nat 100), filter 0, security 50. */
  readonly priority: number;
  readonly policy: Policy;
}

/** Base chains with a lower priority run before connection tracking has seen the packet (NF_IP_PRI_CONNTRACK). */
export const CONNTRACK_PRIORITY = -200;

/** A chain. Without `base` nothing happens in it unless a rule jumps there. */
export interface Chain {
  readonly name: string;
  readonly base?: Base;
  readonly rules: readonly Rule[];
}

/** A table of one backend. Chain names are unique inside it. */
export interface Table {
  readonly backend: Backend;
  readonly family: TableFamily;
  readonly name: string;
  /** Switched off (`flags dormant`): its chains are attached to nothing, whatever they say. Only nft tells. */
  readonly dormant?: true;
  /** Named sets, in the order of the listing; only nftables has some. */
  readonly sets?: readonly NamedSet[];
  readonly chains: readonly Chain[];
}

/** All tables of a network namespace, in the order they were registered where that is known, else as read. */
export interface Ruleset {
  readonly tables: readonly Table[];
}

/** A rule together with where it stands. */
export interface RuleReference {
  readonly table: Table;
  readonly chain: Chain;
  readonly rule: Rule;
}

/** Whether a rule was written with nft, in a table of its own or in one that iptables-nft manages. */
export function isNative({ table, rule }: Pick<RuleReference, 'table' | 'rule'>): boolean {
  return table.backend === 'nftables' || rule.native === true;
}

/** Whether a table sees packets of a family. */
export function coversFamily(table: Table, family: Family): boolean {
  return table.family === family || table.family === 'inet';
}

/** The chain of that name in a table, if there is one. */
export function findChain(table: Table, name: string): Chain | undefined {
  return table.chains.find((chain) => chain.name === name);
}

/** The built-in chains of the iptables tables: kernel priorities, and chain type as iptables-nft registers it. */
export const IPTABLES_TABLES: Readonly<Record<string, Readonly<Partial<Record<Hook, Omit<Base, 'hook' | 'policy'>>>>>> =
  {
    raw: { PREROUTING: { type: 'filter', priority: -300 }, OUTPUT: { type: 'filter', priority: -300 } },
    mangle: {
      PREROUTING: { type: 'filter', priority: -150 },
      INPUT: { type: 'filter', priority: -150 },
      FORWARD: { type: 'filter', priority: -150 },
      OUTPUT: { type: 'route', priority: -150 },
      POSTROUTING: { type: 'filter', priority: -150 },
    },
    nat: {
      PREROUTING: { type: 'nat', priority: -100 },
      INPUT: { type: 'nat', priority: 100 },
      OUTPUT: { type: 'nat', priority: -100 },
      POSTROUTING: { type: 'nat', priority: 100 },
    },
    filter: {
      INPUT: { type: 'filter', priority: 0 },
      FORWARD: { type: 'filter', priority: 0 },
      OUTPUT: { type: 'filter', priority: 0 },
    },
    security: {
      INPUT: { type: 'filter', priority: 50 },
      FORWARD: { type: 'filter', priority: 50 },
      OUTPUT: { type: 'filter', priority: 50 },
    },
  };

/** All rules of a ruleset with their place. */
export function rulesOf(ruleset: Ruleset): RuleReference[] {
  return ruleset.tables.flatMap((table) =>
    table.chains.flatMap((chain) => chain.rules.map((rule) => ({ table, chain, rule }))),
  );
}

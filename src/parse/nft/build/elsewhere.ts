import { CONNTRACK_PRIORITY } from '../../../model/ruleset.ts';
import type { ListedChain, ListedTable, Statement } from '../syntax.ts';
import { hookOf, tableFamilyOf } from './hooks.ts';

/** A base chain whose packets are not followed: on ingress and egress, and in the families netdev, bridge and arp. */
export interface ChainElsewhere {
  /** nft's word: `netdev`, `bridge`, `arp`, `inet`, … */
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** nft's word: `ingress`, `egress`, `prerouting`, … */
  readonly hook: string;
  /** Whether it can do anything to a packet; false where it only counts and logs. */
  readonly acts: boolean;
}

/** The base chains of a table that packets meet on hooks we do not follow. */
export function chainsElsewhere(table: ListedTable): ChainElsewhere[] {
  if (table.dormant === 'yes') return [];
  const { family, name } = table;
  return table.chains.flatMap((chain) => {
    if (chain.base === undefined || isFollowed(table, chain.base.hook)) return [];
    const acts = chain.base.policy === 'drop' || canAct(table, chain, new Set());
    return [{ family, table: name, chain: chain.name, hook: chain.base.hook, acts }];
  });
}

/**
 * Whether a base chain that can do something stands at the very priority of connection tracking, where the order of
 * registration decides whether packets are tracked already.
 */
export function isBesideConntrack(table: ListedTable, chain: ListedChain): boolean {
  const { base } = chain;
  return base?.priority === CONNTRACK_PRIORITY && base.type !== 'nat' && canAct(table, chain, new Set());
}

function isFollowed({ family }: ListedTable, hook: string): boolean {
  return tableFamilyOf(family) !== null && hookOf(hook) !== null;
}

function canAct(table: ListedTable, chain: ListedChain, met: Set<string>): boolean {
  if (met.has(chain.name)) return false;
  met.add(chain.name);
  return chain.rules.some(({ statements }) => statements.some((statement) => acts(table, statement, met)));
}

function acts(table: ListedTable, statement: Statement, met: Set<string>): boolean {
  switch (statement.kind) {
    case 'match':
    case 'test':
    case 'counter':
    case 'comment':
      return false;
    case 'pass':
      return statement.module !== 'log' && statement.module !== 'counter' && statement.module !== 'last';
    case 'verdict':
      return statement.verdict === 'drop';
    case 'jump':
    case 'goto': {
      const into = table.chains.find(({ name }) => name === statement.chain);
      return into === undefined || canAct(table, into, met);
    }
    default:
      return true;
  }
}

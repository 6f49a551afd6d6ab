import type { Obstacle } from '../model/pod.ts';
import type { Table } from '../model/ruleset.ts';

/** What one text shows. */
interface Shown {
  readonly name: string;
  readonly tables: readonly Table[];
}

/** Tables that another text shows with more of Istio's rules. */
interface Poorer {
  readonly tables: ReadonlySet<Table>;
  readonly obstacles: readonly Obstacle[];
}

/**
 * Tables that stand in two texts, in one of them with fewer rules in the same chains of Istio's. What is left of a flushed
 * table names no address: without a heading it is taken for IPv4, though it be the table of IPv6, and nobody can tell.
 */
export function poorerElsewhere(texts: readonly Shown[]): Poorer {
  const found = texts.flatMap(({ name, tables }) =>
    tables.flatMap((table) => {
      const twin = texts.find((other) => other.name !== name && other.tables.some((one) => hasMore(one, table)));
      return twin === undefined ? [] : [{ table, obstacle: contradiction(table, name, twin.name) }];
    }),
  );
  return { tables: new Set(found.map(({ table }) => table)), obstacles: found.map(({ obstacle }) => obstacle) };
}

function contradiction({ name, family }: Table, poorer: string, richer: string): Obstacle {
  return {
    code: 'NAT1003',
    message: `the table ${name} (${family}) has rules of Istio's in ${richer} that it has not in ${poorer}`,
    remedy: `If ${poorer} is of IPv6, save it with ip6tables-save, which says so, or check it alone with --family ipv6; if not, leave out the older text`,
    concerns: 'rules',
  };
}

function hasMore(one: Table, other: Table): boolean {
  if (one.backend !== other.backend || one.family !== other.family || one.name !== other.name) return false;
  const both = istioChains(other).flatMap((chain) => {
    const twin = istioChains(one).find(({ name }) => name === chain.name);
    return twin === undefined ? [] : [twin.rules.length - chain.rules.length];
  });
  return both.reduce((sum, more) => sum + more, 0) > 0;
}

function istioChains({ chains }: Table): Table['chains'] {
  return chains.filter(({ name }) => name.startsWith('ISTIO_'));
}

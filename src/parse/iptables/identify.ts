import { hasIstioPrefix } from '../../istio/iptables-chains.ts';
import { IPTABLES_TABLES } from '../../model/ruleset.ts';
import type { Target } from '../../model/target.ts';

/** The names of built-in chains, in the order in which iptables lists them. */
export const HOOKS: readonly string[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** Which table a list of chains and rules comes from, and how sure that is. */
export interface Identity {
  readonly name: string;
  /** What was assumed, when the chains do not settle it. */
  readonly assumed: string | null;
}

/** `security` has the chains of `filter` and is hardly ever used, so the order decides. */
const CANDIDATES: readonly string[] = ['raw', 'nat', 'mangle', 'filter'];

/**
 * Names the table: from targets that the kernel takes in one table only, else from the built-in chains that were listed, else
 * from what its rules usually do there. `isWhole`: all of its built-in chains were listed.
 */
export function identifyTable(
  builtIn: readonly string[],
  targets: readonly Target[],
  chains: Iterable<string>,
  isWhole: boolean,
): Identity {
  const possible = CANDIDATES.filter((name) => builtIn.every((chain) => chain in (IPTABLES_TABLES[name] ?? {})));
  const bound = firstTable(targets, boundTable);
  if (bound !== null && possible.includes(bound)) {
    const isCertain = isWhole && sameChains(builtIn, bound);
    return isCertain ? { name: bound, assumed: null } : assumed(bound, 'from the targets of its rules');
  }
  const exact = isWhole ? CANDIDATES.find((name) => sameChains(builtIn, name)) : undefined;
  if (exact !== undefined) return { name: exact, assumed: null };
  const usual = firstTable(targets, usualTable);
  if (usual !== null && possible.includes(usual)) return assumed(usual, 'from the targets of its rules');
  if (possible.length === 1 && possible[0] !== undefined) return assumed(possible[0], 'from its built-in chains');
  const istio = [...chains].some(hasIstioPrefix);
  const name = possible.find((candidate) => candidate === (istio || builtIn.length > 0 ? 'nat' : 'filter'));
  return assumed(name ?? possible[0] ?? 'filter', istio ? 'because most of Istio’s chains are there' : 'as a guess');
}

function assumed(name: string, why: string): Identity {
  return { name, assumed: `which table these rules are in is not shown; ${name} is assumed ${why}` };
}

/** Whether these are the built-in chains of a table. Kernels before 2.6.36 have no INPUT in nat. */
export function sameChains(builtIn: readonly string[], table: string): boolean {
  return lackingHooks(builtIn, table).length === 0 && builtIn.every((chain) => chain in (IPTABLES_TABLES[table] ?? {}));
}

/** The built-in chains of a table that are not among those listed. */
export function lackingHooks(builtIn: readonly string[], table: string): string[] {
  const own = Object.keys(IPTABLES_TABLES[table] ?? {});
  return own.filter((chain) => !builtIn.includes(chain) && !(table === 'nat' && chain === 'INPUT'));
}

/** How many of these chains, from the first, are those of a whole table; all of them when no beginning is. */
export function wholeTableAt(chains: readonly string[]): number {
  for (let count = chains.length; count > 0; count -= 1) {
    if (CANDIDATES.some((name) => sameChains(chains.slice(0, count), name))) return count;
  }
  return chains.length;
}

function firstTable(targets: readonly Target[], tableOf: (target: Target) => string | null): string | null {
  for (const target of targets) {
    const table = tableOf(target);
    if (table !== null) return table;
  }
  return null;
}

/** Targets that the kernel refuses outside of one table. */
function boundTable({ kind }: Target): string | null {
  switch (kind) {
    case 'redirect':
    case 'dnat':
    case 'snat':
    case 'masquerade':
      return 'nat';
    case 'tproxy':
      return 'mangle';
    case 'ct':
      return 'raw';
    case 'reject':
      return 'filter';
    default:
      return null;
  }
}

/** Targets that hardly anybody uses outside of one table. */
function usualTable({ kind }: Target): string | null {
  switch (kind) {
    case 'mark':
    case 'connmark-set':
    case 'connmark-save':
    case 'connmark-restore':
      return 'mangle';
    default:
      return null;
  }
}

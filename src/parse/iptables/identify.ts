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

/** Names the table from the built-in chains that were listed, else from what its rules do. */
export function identifyTable(
  builtIn: readonly string[],
  targets: Iterable<Target>,
  chains: Iterable<string>,
): Identity {
  const exact = CANDIDATES.find((name) => sameChains(builtIn, name));
  if (exact !== undefined) return { name: exact, assumed: null };
  const possible = CANDIDATES.filter((name) => builtIn.every((chain) => chain in (IPTABLES_TABLES[name] ?? {})));
  const byTarget = tableOfTargets(targets);
  if (byTarget !== null && possible.includes(byTarget)) return assumed(byTarget, 'from the targets of its rules');
  if (possible.length === 1 && possible[0] !== undefined) return assumed(possible[0], 'from its built-in chains');
  const istio = [...chains].some(hasIstioPrefix);
  const name = possible.find((candidate) => candidate === (istio || builtIn.length > 0 ? 'nat' : 'filter'));
  return assumed(name ?? possible[0] ?? 'filter', istio ? 'because most of Istio’s chains are there' : 'as a guess');
}

function assumed(name: string, why: string): Identity {
  return { name, assumed: `which table these rules are in is not shown; ${name} is assumed ${why}` };
}

function sameChains(builtIn: readonly string[], table: string): boolean {
  const own = Object.keys(IPTABLES_TABLES[table] ?? {});
  return builtIn.length === own.length && own.every((chain) => builtIn.includes(chain));
}

function tableOfTargets(targets: Iterable<Target>): string | null {
  for (const target of targets) {
    const table = tableOfTarget(target);
    if (table !== null) return table;
  }
  return null;
}

/** Targets that the kernel refuses outside one table, or that nobody uses elsewhere. */
function tableOfTarget(target: Target): string | null {
  switch (target.kind) {
    case 'redirect':
    case 'dnat':
    case 'snat':
    case 'masquerade':
      return 'nat';
    case 'tproxy':
    case 'mark':
    case 'connmark-set':
    case 'connmark-save':
    case 'connmark-restore':
      return 'mangle';
    case 'ct':
      return 'raw';
    case 'reject':
      return 'filter';
    default:
      return null;
  }
}

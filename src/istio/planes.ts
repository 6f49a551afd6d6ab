import { FAMILIES } from '../model/family.ts';
import type { Match } from '../model/match.ts';
import { remembered } from '../model/remembered.ts';
import type { Backend, Chain, Rule, Ruleset, Table } from '../model/ruleset.ts';
import { istioTables } from './chains.ts';
import { DIVERT, DNS, DROP_CHAIN, IN, IN_REDIRECT, OUT, POSTRT, PRERT, REDIRECT, TPROXY } from './iptables-chains.ts';
import { AMBIENT_MASK, CONNECTION_MARK, ZTUNNEL_MARK } from './marks.ts';
import { nativePlane, type Plane } from './names.ts';

const SIDECAR_CHAINS: ReadonlySet<string> = new Set([IN, REDIRECT, IN_REDIRECT, DIVERT, TPROXY, DROP_CHAIN, DNS]);
const AMBIENT_CHAINS: ReadonlySet<string> = new Set([PRERT, POSTRT]);

/** Marks that only ambient uses, and only under its mask: of ztunnel's packets, and of its connections. */
const AMBIENT_MARKS: ReadonlySet<number> = new Set([ZTUNNEL_MARK, CONNECTION_MARK]);

/** The data planes that have written rules into a pod. */
export const planesOf = remembered(
  ({ tables }: Ruleset): ReadonlySet<Plane> =>
    new Set(tables.flatMap((table) => table.chains.flatMap((chain) => planesOfChain(table, chain)))),
);

/** Whether all rules of Istio's are those of the data plane not meant: then what goes with the other is not news. */
export function isOtherPlane(ruleset: Ruleset, meant: Plane): boolean {
  const written = planesOf(ruleset);
  return written.size > 0 && !written.has(meant);
}

/** The data planes whose chains there are, with or without rules: what a flush leaves. ISTIO_OUTPUT is of both. */
export function planesOfNames({ tables }: Ruleset): ReadonlySet<Plane> {
  const names = tables.flatMap((table) => table.chains.map((chain) => planeOfName(table, chain)));
  return new Set(names.filter((plane) => plane !== null));
}

function planeOfName(table: Table, { name }: Chain): Plane | null {
  const native = nativePlane(table.name);
  if (native !== null) return native;
  if (SIDECAR_CHAINS.has(name)) return 'sidecar';
  return AMBIENT_CHAINS.has(name) ? 'ambient' : null;
}

/** Whether all that is left of Istio are tables that it writes with nftables itself, and none of their rules. */
export function isEmptiedNative(ruleset: Ruleset): boolean {
  return istioTables(ruleset).length === 0 && ruleset.tables.some(({ name }) => nativePlane(name) !== null);
}

/**
 * The data planes whose rules are in a chain. Both call a chain ISTIO_OUTPUT: what it looks at decides, and after one
 * has been programmed over the other it can be both.
 */
export function planesOfChain(table: Table, chain: Chain): Plane[] {
  if (chain.rules.length === 0) return [];
  const named = planeOfName(table, chain);
  if (named !== null) return [named];
  if (chain.name !== OUT) return [];
  const found: Plane[] = [];
  if (chain.rules.some(isOfSidecar)) found.push('sidecar');
  if (chain.rules.some(isOfAmbient)) found.push('ambient');
  return found;
}

function isOfSidecar({ matches, targets }: Rule): boolean {
  const jumps = targets.some(
    ({ kind, ...target }) => kind === 'jump' && 'chain' in target && SIDECAR_CHAINS.has(target.chain),
  );
  return jumps || matches.some(({ kind }) => kind === 'owner');
}

function isOfAmbient({ matches }: Rule): boolean {
  return matches.some(isAmbientMark);
}

/** Whether a match looks for a mark of ambient's. */
export function isAmbientMark(match: Match): boolean {
  if (match.kind !== 'mark' && match.kind !== 'connmark') return false;
  return match.mask === AMBIENT_MASK && AMBIENT_MARKS.has(match.value);
}

/**
 * The backends that hold rules of Istio's for one and the same family, if there are several. IPv4 and IPv6 are probed
 * apart by Istio and may end in different variants of iptables.
 */
export function rivalBackends(ruleset: Ruleset): readonly Backend[] {
  const rivals = FAMILIES.map((family) => distinct(istioTables(ruleset, family).map(({ backend }) => backend)));
  return rivals.find((backends) => backends.length > 1) ?? [];
}

/** Whether there are several sets of Istio's rules: of both data planes, or in several backends. */
export function isMixture(ruleset: Ruleset): boolean {
  return planesOf(ruleset).size > 1 || rivalBackends(ruleset).length > 0;
}

/** `iptables` stands for a text that does not say its variant: it may be the one that another text shows. */
function distinct(backends: readonly Backend[]): Backend[] {
  const all = [...new Set(backends)];
  return all.some((backend) => backend.startsWith('iptables-')) ? all.filter((one) => one !== 'iptables') : all;
}

/** Whether Istio's rules are all native (`nftables`), all of iptables, or both or none (null). */
export function backendInUse(ruleset: Ruleset): 'iptables' | 'nftables' | null {
  const kinds = new Set(istioTables(ruleset).map(({ backend }) => (backend === 'nftables' ? 'nftables' : 'iptables')));
  const [only] = kinds;
  return kinds.size === 1 && only !== undefined ? only : null;
}

import { IN, IN_REDIRECT, POSTRT, PRERT, REDIRECT } from '../istio/iptables-chains.ts';
import { AMBIENT_MASK } from '../istio/marks.ts';
import { canonicalChain, isIstioChainName, nativeTable } from '../istio/names.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { Backend, Chain, Rule, Ruleset, Table } from '../model/ruleset.ts';
import { type Form, formOf } from './rule-pattern.ts';

/** The tables that one data plane programmed in one backend, with its rules as forms. */
export interface View {
  readonly dataplane: 'sidecar' | 'ambient';
  readonly backend: Backend;
  readonly tables: readonly Table[];
  /** The families that have Istio's rules. */
  readonly families: readonly Family[];
  /** The rules of a chain that a packet of the family can match; both names are iptables' own. */
  forms(family: Family, table: string, chain: string): readonly Form[];
}

/** Every set of tables that looks programmed by Istio, each to be explained by itself. */
export function viewsOf(ruleset: Ruleset): View[] {
  return [...nativeViews(ruleset), ...iptablesViews(ruleset)];
}

function nativeViews(ruleset: Ruleset): View[] {
  return (['sidecar', 'ambient'] as const).flatMap((dataplane) => {
    const tables = ruleset.tables.filter((table) => isNativeOf(table, dataplane));
    return tables.some(hasRules) ? [createView(dataplane, 'nftables', tables)] : [];
  });
}

function isNativeOf(table: Table, dataplane: string): boolean {
  return table.family === 'inet' && table.backend === 'nftables' && nativeTable(table.name)?.dataplane === dataplane;
}

function hasRules(table: Table): boolean {
  return table.chains.some((chain) => chain.rules.length > 0);
}

/**
 * One view for each backend that has Istio's IPv4 rules. Istio chooses the backend for each family apart, so IPv6 is
 * taken from wherever it is.
 */
function iptablesViews(ruleset: Ruleset): View[] {
  const ofFamily = (family: Family) => byBackend(ruleset.tables.filter((table) => table.family === family));
  const ipv4 = ofFamily('ipv4');
  const ipv6 = ofFamily('ipv6');
  if (ipv4.size === 0) return [...ipv6].flatMap(([backend, tables]) => iptablesView(backend, tables));
  return [...ipv4].flatMap(([backend, tables]) => {
    const other = ipv6.get(backend) ?? [...ipv6.values()][0] ?? uninhabited(ruleset, backend);
    return iptablesView(backend, [...tables, ...other]);
  });
}

/** IPv6 tables without an Istio chain: the script of 1.0 – 1.4 wrote into the filter table of those. */
function uninhabited(ruleset: Ruleset, backend: Backend): readonly Table[] {
  // Of saved text the variant need not be known.
  const mayBe = (other: Backend) => other === backend || other === 'iptables' || backend === 'iptables';
  return ruleset.tables.filter(
    (table) => table.family === 'ipv6' && table.backend !== 'nftables' && mayBe(table.backend),
  );
}

function byBackend(tables: readonly Table[]): Map<Backend, Table[]> {
  const groups = new Map<Backend, Table[]>();
  for (const table of tables) {
    if (table.backend !== 'nftables') groups.set(table.backend, [...(groups.get(table.backend) ?? []), table]);
  }
  for (const [backend, members] of groups) {
    if (!members.some((table) => istioChains(table).length > 0)) groups.delete(backend);
  }
  return groups;
}

function istioChains(table: Table): Chain[] {
  return table.chains.filter((chain) => chain.rules.length > 0 && isIstioChainName(chain.name));
}

function iptablesView(backend: Backend, tables: readonly Table[]): View[] {
  return dataplanesIn(tables).map((dataplane) => createView(dataplane, backend, tables));
}

/** ISTIO_OUTPUT is a name that both have: a sidecar's looks at owners, ambient's at marks. */
function dataplanesIn(tables: readonly Table[]): View['dataplane'][] {
  const chains = tables.flatMap(istioChains);
  const names = new Set(chains.map((chain) => chain.name));
  const ambient = names.has(PRERT) || names.has(POSTRT);
  const sidecar = [IN, REDIRECT, IN_REDIRECT].some((name) => names.has(name));
  if (ambient || sidecar)
    return [...(sidecar ? (['sidecar'] as const) : []), ...(ambient ? (['ambient'] as const) : [])];
  return [chains.some((chain) => chain.rules.some(looksAtMark)) ? 'ambient' : 'sidecar'];
}

function looksAtMark(rule: Rule): boolean {
  return rule.matches.some(
    (match) => (match.kind === 'mark' || match.kind === 'connmark') && match.mask === AMBIENT_MASK,
  );
}

function createView(dataplane: View['dataplane'], backend: Backend, tables: readonly Table[]): View {
  const forms = new Map<string, readonly Form[]>();
  for (const table of tables) {
    const name = nativeTable(table.name)?.twin ?? table.name;
    for (const chain of table.chains) addForms(forms, table, name, chain);
  }
  const istio = (family: Family): boolean =>
    tables.some((table) => table.family === family && istioChains(table).length > 0) ||
    (backend === 'nftables' && (family === 'ipv4' || mentions(forms, family)));
  return {
    dataplane,
    backend,
    tables,
    families: FAMILIES.filter(istio),
    forms: (family, table, chain) => forms.get(`${family} ${table} ${chain}`) ?? [],
  };
}

function addForms(all: Map<string, readonly Form[]>, table: Table, name: string, chain: Chain): void {
  const forms = chain.rules.map(formOf);
  for (const family of FAMILIES) {
    if (table.family !== family && table.family !== 'inet') continue;
    all.set(
      `${family} ${name} ${canonicalChain(chain.name)}`,
      forms.filter((form) => (familyOf(form) ?? family) === family),
    );
  }
}

/** In an inet table only the addresses tell that a family was meant. */
function mentions(forms: ReadonlyMap<string, readonly Form[]>, family: Family): boolean {
  return [...forms].some(([key, items]) => key.startsWith(family) && items.some((form) => familyOf(form) === family));
}

function familyOf({ from, to, sourceFamily }: Form): Family | undefined {
  return from?.family ?? to?.family ?? sourceFamily;
}

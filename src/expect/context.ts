import { compareRulesets, type DifferentClass, type OpenClass } from '../evaluate/compare.ts';
import type { Exemption } from '../istio/exempt.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { Metadata, Pod } from '../model/pod.ts';
import type { ResolvedConfig, Undetermined } from '../model/report.ts';
import type { Routing } from '../model/routing.ts';
import {
  type Chain,
  coversFamily,
  isNative,
  type Rule,
  type RuleReference,
  type Ruleset,
  type Table,
} from '../model/ruleset.ts';
import { printRule } from '../print/iptables/index.ts';
import { printNftRule } from '../print/nft/index.ts';
import { RuleCounts } from '../rules/rule-counts.ts';

/** What checks are given: the pod as seen, what Istio should have programmed, and how the two differ. */
export interface Context extends ResolvedConfig {
  readonly pod: Pod;
  readonly expected: Ruleset;
  readonly routing: Routing;
  /** The families whose rules were seen. */
  readonly families: readonly Family[];
  /** Classes of packets that live and expected rules treat differently. */
  readonly different: readonly DifferentClass[];
  readonly open: readonly OpenClass[];
  readonly layout: LayoutIndex;
  /** Whether anything but the rules says that the pod belongs to the mesh. */
  readonly declared: boolean;
  /** First and last release of an older layout that the live rules are exactly, if they are one. */
  readonly older: readonly [string, string] | null;
  /** What the pod says about itself. */
  readonly said: Metadata;
  /** Addresses of the name servers that the pod asks; empty when they were not shown. */
  readonly resolvers: readonly string[];
  /** Why this kind of pod is not captured; null when nothing says so. */
  readonly exempt: Exemption | null;
  /** What was inferred from the rules and could as well be a fault of theirs. */
  readonly doubts: readonly Undetermined[];
}

/** What is known about the pod beside its rules and inputs. `older` is asked only when the rules are not as expected. */
export interface Background {
  readonly declared: boolean;
  readonly older: () => readonly [string, string] | null;
  readonly said?: Metadata;
  readonly resolvers?: readonly string[];
  readonly exempt?: Exemption | null;
  readonly doubts?: readonly Undetermined[];
}

const SILENT: Metadata = { environment: {}, labels: {}, annotations: {} };

/** Compares the pod with the expected rules, in both directions and all families that were seen. */
export function buildContext(
  pod: Pod,
  resolved: ResolvedConfig,
  expected: Ruleset,
  routing: Routing,
  background: Background,
): Context {
  const families = FAMILIES.filter((family) => pod.coverage.some((covered) => covered.family === family));
  const shown = onlyShownTables(expected, pod);
  const comparisons = families.flatMap((family) =>
    (['PREROUTING', 'OUTPUT'] as const).map((hook) =>
      compareRulesets(pod.ruleset, shown, { hook, family, localAddresses: localAddresses(pod) }),
    ),
  );
  const different = comparisons.flatMap((comparison) => comparison.different);
  const layout = new LayoutIndex(pod.ruleset, shown);
  return {
    ...resolved,
    pod,
    expected,
    routing,
    families,
    different,
    open: comparisons.flatMap((comparison) => comparison.open),
    layout,
    declared: background.declared,
    said: background.said ?? SILENT,
    resolvers: background.resolvers ?? [],
    exempt: background.exempt ?? null,
    doubts: background.doubts ?? [],
    older: different.length > 0 || !layout.isComplete() ? background.older() : null,
  };
}

/** A listing of single tables says nothing about the others, so these are not held against it. */
function onlyShownTables(expected: Ruleset, pod: Pod): Ruleset {
  return { tables: expected.tables.filter((table) => isCovered(pod, table)) };
}

/** Whether the input would show the table if it existed. */
export function isCovered(pod: Pod, table: Pick<Table, 'family' | 'name'>): boolean {
  return pod.coverage.some(
    ({ family, tables }) =>
      (table.family === family || table.family === 'inet') && (tables === 'all' || tables.includes(table.name)),
  );
}

/** The addresses of the pod's interfaces, as far as they were seen; what loopback and link-local ones do is known. */
export function localAddresses({ routing }: Pick<Pod, 'routing'>): string[] {
  const addresses = routing?.addresses ?? [];
  return addresses.flatMap(({ interface: name, address, scope }) =>
    name === 'lo' || scope === 'link' ? [] : [address],
  );
}

/** Finds rules of one ruleset in another by what they say and where they stand, not by their position. */
export class LayoutIndex {
  readonly #live: RuleCounts;
  readonly #expected: RuleCounts;

  constructor(live: Ruleset, expected: Ruleset) {
    this.#live = new RuleCounts(live, canonical);
    this.#expected = new RuleCounts(expected, canonical);
  }

  readonly #flushed = new WeakMap<Chain, boolean>();

  /** Whether a chain of Istio's had several rules and has none of them any more: one command did that. */
  isFlushed(table: Table, chain: Chain): boolean {
    const known = this.#flushed.get(chain);
    if (known !== undefined) return known;
    const flushed = chain.rules.length > 1 && !chain.rules.some((rule) => this.liveCount({ table, chain, rule }) > 0);
    this.#flushed.set(chain, flushed);
    return flushed;
  }

  /** How often Istio would have programmed this rule in this chain. */
  expectedCount(where: RuleReference): number {
    return this.#expected.of(where);
  }

  /** Whether every rule that Istio would have programmed stands in its chain. */
  isComplete(): boolean {
    return this.#live.includes(this.#expected);
  }

  /** How often this rule stands in this chain of the pod. */
  liveCount(where: RuleReference): number {
    return this.#live.of(where);
  }
}

/** All rules of a ruleset with their place. */
export function rulesOf(ruleset: Ruleset): RuleReference[] {
  return ruleset.tables.flatMap((table) =>
    table.chains.flatMap((chain) => chain.rules.map((rule) => ({ table, chain, rule }))),
  );
}

/** The rule as the kernel prints it, whatever way it was written; comments and counts are nobody's business. */
export function canonical(table: Table, chain: Chain, rule: Rule): string {
  const printed = PRINTED.get(rule);
  if (printed?.backend === table.backend && printed.chain === chain.name) return printed.text;
  const text = printPlain(table, chain, rule);
  PRINTED.set(rule, { backend: table.backend, chain: chain.name, text });
  return text;
}

/** A list of missing rules asks for each rule of its chain many times. */
const PRINTED = new WeakMap<Rule, { readonly backend: string; readonly chain: string; readonly text: string }>();

function printPlain(table: Table, chain: Chain, rule: Rule): string {
  const { counters: _counted, ...uncounted } = rule;
  const plain = { ...uncounted, matches: rule.matches.filter((match) => match.kind !== 'comment') };
  return isNative({ table, rule }) ? `${chain.name} ${printNftRule(plain)}` : printRule(plain, chain.name);
}

/** Whether a chain is one of those that Istio creates (all its releases, data planes and backends name them so). */
export function isIstioChain(table: Table, chain: Chain): boolean {
  if (table.backend === 'nftables') return /^istio-(proxy|ambient)-/.test(table.name);
  return chain.name.startsWith('ISTIO_');
}

/** Whether there is a chain of Istio's, though it be empty: flushing takes rules away, and no chains. */
export function hasIstioChains({ tables }: Ruleset): boolean {
  return tables.some((table) => table.chains.some((chain) => isIstioChain(table, chain)));
}

/** The tables that hold a rule in one of Istio's chains. */
export function istioTables(ruleset: Ruleset, family?: Family): Table[] {
  return ruleset.tables.filter(
    (table) =>
      (family === undefined || coversFamily(table, family)) &&
      table.chains.some((chain) => isIstioChain(table, chain) && chain.rules.length > 0),
  );
}

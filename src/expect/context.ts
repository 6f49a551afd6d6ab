import { compareRulesets, type DifferentClass, type OpenClass } from '../evaluate/compare.ts';
import type { Exemption } from '../istio/exempt.ts';
import type { Config } from '../model/config.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import { isCovered, linksOf, type Metadata, type Pod } from '../model/pod.ts';
import type { Releases } from '../model/releases.ts';
import type { ResolvedConfig, Undetermined } from '../model/report.ts';
import type { Routing } from '../model/routing.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { LayoutIndex } from '../rules/layout-index.ts';
import { expectedRuleset } from './layout.ts';
import { settleOwnAddress } from './own-address.ts';

/** What checks are given: the pod as seen, what Istio should have programmed, and how the two differ. */
export interface Context extends ResolvedConfig {
  readonly pod: Pod;
  readonly expected: Ruleset;
  /** The rules that Istio would have programmed with some inputs otherwise, as far as their tables were shown. */
  readonly expectedWith: (inputs: Partial<Config>) => Ruleset;
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
  readonly older: Releases | null;
  /** What the pod says about itself. */
  readonly said: Metadata;
  /** Addresses of the name servers that the pod asks; empty when they were not shown. */
  readonly resolvers: readonly string[];
  /** Why this kind of pod is not captured; null when nothing says so. */
  readonly exempt: Exemption | null;
  /** What was inferred from the rules and could as well be a fault of theirs. */
  readonly doubts: readonly Undetermined[];
}

/** What is known about the pod besides rules and inputs. `older` is called only when the rules are not as expected. */
export interface Background {
  readonly declared: boolean;
  readonly older: () => Releases | null;
  readonly said?: Metadata;
  readonly resolvers?: readonly string[];
  readonly exempt?: Exemption | null;
  readonly doubts?: readonly Undetermined[];
  /** The layout of other inputs; where it is left out, that of the inputs alone. */
  readonly layoutOf?: (config: Config) => Ruleset;
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
  const links = linksOf(pod);
  const comparisons = families.flatMap((family) =>
    (['PREROUTING', 'OUTPUT'] as const).map((hook) => compareRulesets(pod.ruleset, shown, { hook, family, ...links })),
  );
  const { different, open } = settleOwnAddress(
    comparisons.flatMap((comparison) => comparison.different),
    pod,
    shown,
  );
  const layout = new LayoutIndex(pod.ruleset, shown);
  const { layoutOf = expectedRuleset } = background;
  return {
    ...resolved,
    pod,
    expected,
    expectedWith: (inputs) => onlyShownTables(layoutOf({ ...resolved.config, ...inputs }), pod),
    routing,
    families,
    different,
    open: [...comparisons.flatMap((comparison) => comparison.open), ...open],
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

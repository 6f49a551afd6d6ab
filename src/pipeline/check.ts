import { type Diagnosis, diagnose } from '../diagnose/index.ts';
import { isOutsideMesh } from '../diagnose/traffic/groups.ts';
import { doubtsOf, reconsidered } from '../expect/ambiguities.ts';
import { buildContext, type Context } from '../expect/context.ts';
import { evidenceOf } from '../expect/evidence.ts';
import { expectationOf, layersOf, layoutFor } from '../expect/index.ts';
import { olderRelease } from '../expect/inference.ts';
import { type Declared, mergeLayers, saidIn } from '../expect/layers.ts';
import { unsettled } from '../expect/unsettled.ts';
import { istioTables } from '../istio/chains.ts';
import { exemptionOf } from '../istio/exempt.ts';
import { expectedRouting, standInFor } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import type { Obstacle } from '../model/pod.ts';
import type { CheckReport } from '../model/report.ts';
import type { Backend } from '../model/ruleset.ts';
import { AS_ASKED_FOR } from '../model/shown.ts';
import type { Facts } from '../observe/facts.ts';
import { formatConfig } from '../parse/config/index.ts';
import { excused } from '../suppress/checks.ts';
import { type Suppressions, sift } from '../suppress/sift.ts';
import { inTime } from './in-time.ts';

/** What a report says of who made it. */
export interface CheckOptions {
  /** Version of istio-nat. */
  readonly toolVersion: string;
  /** Findings that are known and accepted. */
  readonly suppressions?: Suppressions | undefined;
}

/**
 * The main job: what the rules of a pod do, held against what Istio should have programmed.
 * @throws UsageError when the inputs contradict each other
 * @throws CannotLook when the time is over before there is any answer
 */
export function check(facts: Facts, declared: Declared, options: CheckOptions): CheckReport {
  return inTime(facts, () => judged(facts, declared, options));
}

function judged(facts: Facts, declared: Declared, { toolVersion, suppressions }: CheckOptions): CheckReport {
  const first = contextFor(declared, facts);
  const better = reconsidered(first, facts);
  const context = better === null ? first : contextFor(declared, facts, better);
  const { config, origin } = context;
  const known = standInFor(config.istioVersion);
  return {
    schemaVersion: 1,
    tool: { name: 'istio-nat', version: toolVersion },
    source: facts.source,
    seen: evidenceOf(facts.pod),
    istio: {
      version: config.istioVersion,
      ...(context.releases && { releases: context.releases }),
      ...(known !== null && { heldAgainst: known }),
      dataplane: isOutsideMesh(context) ? 'none' : config.dataplane,
      interceptionMode: config.interceptionMode,
      backend: backendOf(facts, config),
      config: formatConfig(config),
      origin,
    },
    ...askedOf(facts),
    ...diagnosed(withObstacles(context, unsettled(context)), facts, suppressions),
  };
}

/** Names come from the pod's own word: of saved rules nobody knows whose they are. */
function diagnosed(context: Context, { environment }: Facts, suppressions?: Suppressions): Diagnosis {
  if (suppressions === undefined) return diagnose(context);
  const { POD_NAMESPACE: namespace, POD_NAME: pod = environment.HOSTNAME } = environment;
  return excused(diagnose(context, (findings) => sift(findings, suppressions, { namespace, pod })));
}

function withObstacles(context: Context, obstacles: readonly Obstacle[]): Context {
  if (obstacles.length === 0) return context;
  return { ...context, pod: { ...context.pod, obstacles: [...context.pod.obstacles, ...obstacles] } };
}

function askedOf({ pod }: Facts): Pick<CheckReport, 'asked'> {
  const asked = (pod.shown ?? []).filter(({ form }) => form === 'restore');
  if (asked.length === 0) return {};
  const tables = asked.map(({ family, table, source, line }) => ({ family, table, source, line }));
  return { asked: { note: AS_ASKED_FOR, tables } };
}

/** What the checks are given, with some inputs supposed to be other than the rules make them look. */
function contextFor(declared: Declared, facts: Facts, supposed: Partial<Config> = {}) {
  const layers = layersOf(declared, facts, supposed);
  const { resolved, judged, expected } = expectationOf(layers, facts);
  const explicit = layers.filter((layer) => layer.origin !== 'inferred');
  const said = saidIn(explicit);
  const backend = said.inputs.backend && { backend: judged.backend };
  const asked = Object.keys(mergeLayers(declared.layers)).length > 0;
  return buildContext(facts.pod, resolved, expected, expectedRouting(resolved.config), {
    declared: Object.keys(mergeLayers(explicit)).length > 0,
    older: () => olderRelease(facts, { ...said, inputs: { ...said.inputs, ...backend } }),
    said: facts,
    resolvers: facts.resolvers,
    exempt: exemptionOf(facts.pod, facts, asked),
    doubts: doubtsOf(resolved, facts),
    layoutOf: (config) => layoutFor({ ...config, backend: judged.backend }, facts),
  });
}

/** The backend that holds Istio's rules, the configured one before others; or any; else what is configured. */
function backendOf({ pod }: Facts, { backend: configured }: Config): Backend {
  const { tables } = pod.ruleset;
  const istio = istioTables(pod.ruleset);
  const wanted = istio.find(({ backend }) => (backend === 'nftables') === (configured === 'nftables'));
  return (wanted ?? istio[0] ?? tables[0])?.backend ?? configured;
}

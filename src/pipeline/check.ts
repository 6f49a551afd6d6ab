import { featuresLeft } from '../diagnose/checks/backends-stale.ts';
import { exemptionOf } from '../diagnose/checks/surroundings-exempt.ts';
import { buildContext, istioTables } from '../diagnose/context.ts';
import { diagnose } from '../diagnose/index.ts';
import type { CheckReport } from '../diagnose/report.ts';
import { isOutsideMesh } from '../diagnose/traffic/groups.ts';
import { expectedRouting } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import type { Backend } from '../model/ruleset.ts';
import { formatConfig } from '../parse/config/index.ts';
import { declaredInputs, type Layer, mergeLayers, resolveConfig } from './config.ts';
import { EXAMPLE_INPUTS } from './example.ts';
import { type Facts, gatherFacts } from './facts.ts';
import { inferredInputs, olderRelease } from './inference.ts';
import { inputsFromEnvironment, inputsFromRules } from './inputs-from-pod.ts';
import { expectedRuleset } from './layout.ts';
import type { Outside } from './outside.ts';
import { groupsFromRules } from './owner-groups.ts';
import { inputsFromSurroundings, withBackendInUse } from './surroundings.ts';
import type { CheckRequest } from './types.ts';

/**
 * The main job: what the rules of a pod do, held against what Istio should have programmed.
 * @throws UsageError when an input is malformed
 * @throws CannotLook when a named file cannot be read
 */
export async function check(request: CheckRequest, outside: Outside): Promise<CheckReport> {
  const declared = await declaredInputs(request.config, outside);
  const facts = await gatherFacts(request.source, outside);
  const layers = layersOf(request, declared, facts);
  const resolved = resolveConfig(layers);
  const { config, origin } = resolved;
  const judged = withBackendInUse(config, facts);
  const expected = expectedRuleset(judged, { resolveGroup: groupsFromRules(facts.pod.ruleset, judged) });
  const explicit = mergeLayers(layers.filter((layer) => layer.origin !== 'inferred'));
  const asked = Object.keys(mergeLayers(declared)).length > 0;
  const context = buildContext(facts.pod, resolved, expected, expectedRouting(config), {
    declared: Object.keys(explicit).length > 0,
    older: () => olderRelease(facts, { ...explicit, ...(explicit.backend && { backend: judged.backend }) }),
    said: facts,
    exempt: exemptionOf(facts.pod, facts, asked),
  });
  return {
    schemaVersion: 1,
    tool: { name: 'istio-nat', version: request.toolVersion },
    source: facts.source,
    istio: {
      version: config.istioVersion,
      dataplane: isOutsideMesh(context) ? 'none' : config.dataplane,
      interceptionMode: config.interceptionMode,
      backend: backendOf(facts, config),
      config: formatConfig(config),
      origin,
    },
    ...diagnose(context),
  };
}

/** All that is known about the inputs, strongest first. A configuration file is complete: its gaps are defaults. */
function layersOf(request: CheckRequest, declared: readonly Layer[], facts: Facts): Layer[] {
  const example: Layer[] = request.source.kind === 'example' ? [{ origin: 'config', inputs: EXAMPLE_INPUTS }] : [];
  const pod: Layer[] = [{ origin: 'env', inputs: inputsFromEnvironment(facts.environment) }];
  const known = [...declared, ...example, ...pod];
  const complete = request.config.configFile !== undefined || example.length > 0;
  const given = mergeLayers(known);
  const inferred = complete ? {} : inferredInputs(facts, { ...featuresLeft(facts.pod.ruleset), ...given });
  const seen = { ...inputsFromSurroundings(facts, given), ...inputsFromRules(facts) };
  return [...known, { origin: 'inferred', inputs: { ...seen, ...inferred } }];
}

/** The backend that holds Istio's rules, the configured one before others; or any; else what is configured. */
function backendOf({ pod }: Facts, { backend: configured }: Config): Backend {
  const { tables } = pod.ruleset;
  const istio = istioTables(pod.ruleset);
  const wanted = istio.find(({ backend }) => (backend === 'nftables') === (configured === 'nftables'));
  return (wanted ?? istio[0] ?? tables[0])?.backend ?? configured;
}

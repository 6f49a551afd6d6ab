import { buildContext } from '../diagnose/context.ts';
import { diagnose } from '../diagnose/index.ts';
import type { CheckReport } from '../diagnose/report.ts';
import { expectedRouting } from '../layout/index.ts';
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
  const expected = expectedRuleset(config, { resolveGroup: groupsFromRules(facts.pod.ruleset, config) });
  const explicit = mergeLayers(layers.filter((layer) => layer.origin !== 'inferred'));
  const context = buildContext(facts.pod, resolved, expected, expectedRouting(config), {
    declared: Object.keys(explicit).length > 0,
    older: () => olderRelease(facts, explicit),
  });
  return {
    schemaVersion: 1,
    tool: { name: 'istio-nat', version: request.toolVersion },
    source: facts.source,
    istio: {
      version: config.istioVersion,
      dataplane: config.dataplane,
      interceptionMode: config.interceptionMode,
      backend: backendOf(facts, config.backend),
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
  const inferred = complete ? {} : inferredInputs(facts, mergeLayers(known));
  return [...known, { origin: 'inferred', inputs: { ...inputsFromRules(facts), ...inferred } }];
}

/** The backend that holds Istio's rules, or any; what is configured when there are none. */
function backendOf({ pod }: Facts, configured: 'iptables' | 'nftables'): Backend {
  const { tables } = pod.ruleset;
  const istio = tables.find(({ chains }) => chains.some(({ name }) => name.startsWith('ISTIO_')));
  return istio?.backend ?? tables[0]?.backend ?? configured;
}

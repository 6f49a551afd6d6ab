import { exemptionOf } from '../diagnose/checks/surroundings-exempt.ts';
import { buildContext, istioTables } from '../diagnose/context.ts';
import { diagnose } from '../diagnose/index.ts';
import type { CheckReport } from '../diagnose/report.ts';
import { isOutsideMesh } from '../diagnose/traffic/groups.ts';
import { expectedRouting } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import type { Backend } from '../model/ruleset.ts';
import { formatConfig } from '../parse/config/index.ts';
import { declaredInputs, mergeLayers } from './config.ts';
import { expectationOf, layersOf } from './expectation.ts';
import { type Facts, gatherFacts } from './facts.ts';
import { olderRelease } from './inference.ts';
import type { Outside } from './outside.ts';
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
  const { resolved, judged, expected } = expectationOf(layers, facts);
  const { config, origin } = resolved;
  const explicit = mergeLayers(layers.filter((layer) => layer.origin !== 'inferred'));
  const asked = Object.keys(mergeLayers(declared)).length > 0;
  const context = buildContext(facts.pod, resolved, expected, expectedRouting(config), {
    declared: Object.keys(explicit).length > 0,
    older: () => olderRelease(facts, { ...explicit, ...(explicit.backend && { backend: judged.backend }) }),
    said: facts,
    resolvers: facts.resolvers,
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

/** The backend that holds Istio's rules, the configured one before others; or any; else what is configured. */
function backendOf({ pod }: Facts, { backend: configured }: Config): Backend {
  const { tables } = pod.ruleset;
  const istio = istioTables(pod.ruleset);
  const wanted = istio.find(({ backend }) => (backend === 'nftables') === (configured === 'nftables'));
  return (wanted ?? istio[0] ?? tables[0])?.backend ?? configured;
}

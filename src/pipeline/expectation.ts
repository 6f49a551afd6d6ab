import { featuresLeft } from '../diagnose/checks/backends-stale.ts';
import type { ResolvedConfig } from '../diagnose/report.ts';
import { kubeletFromRules } from '../infer/index.ts';
import type { Config } from '../model/config.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { type Layer, mergeLayers, resolveConfig } from './config.ts';
import { EXAMPLE_INPUTS } from './example.ts';
import type { Facts } from './facts.ts';
import { inferredInputs } from './inference.ts';
import { inputsFromEnvironment, inputsFromRules } from './inputs-from-pod.ts';
import { expectedRuleset } from './layout.ts';
import { groupsFromRules } from './owner-groups.ts';
import { inputsFromSurroundings, withBackendInUse } from './surroundings.ts';
import type { ConfigRequest, SourceRequest } from './types.ts';

/** All that is known about the inputs, strongest first. A configuration file is complete: its gaps are defaults. */
export function layersOf(
  request: { readonly source: SourceRequest; readonly config: ConfigRequest },
  declared: readonly Layer[],
  facts: Facts,
): Layer[] {
  const example: Layer[] = request.source.kind === 'example' ? [{ origin: 'config', inputs: EXAMPLE_INPUTS }] : [];
  const pod: Layer[] = [{ origin: 'env', inputs: inputsFromEnvironment(facts.environment) }];
  const known = [...declared, ...example, ...pod];
  const complete = request.config.configFile !== undefined || example.length > 0;
  const given = mergeLayers(known);
  const inferred = complete ? {} : inferredInputs(facts, { ...featuresLeft(facts.pod.ruleset), ...given });
  const seen = { ...inputsFromSurroundings(facts, given), ...inputsFromRules(facts) };
  return [...known, { origin: 'inferred', inputs: { ...seen, ...inferred } }];
}

/** What a pod is held against: the inputs, the same with the backend that is in use, and the rules they make. */
export interface Expectation {
  readonly resolved: ResolvedConfig;
  readonly judged: Config;
  readonly expected: Ruleset;
}

/**
 * The rules that Istio should have programmed, by all that is known about its inputs.
 * @throws UsageError when the inputs contradict each other
 */
export function expectationOf(layers: readonly Layer[], facts: Facts): Expectation {
  const resolved = resolveConfig(layers);
  const judged = withBackendInUse(resolved.config, facts);
  const { ruleset } = facts.pod;
  const expected = expectedRuleset(judged, {
    resolveGroup: groupsFromRules(ruleset, judged),
    ...kubeletFromRules(ruleset.tables),
  });
  return { resolved, judged, expected };
}

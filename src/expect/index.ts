import { kubeletFromRules } from '../infer/index.ts';
import { featuresLeft } from '../istio/stale-tables.ts';
import type { Config } from '../model/config.ts';
import type { ResolvedConfig } from '../model/report.ts';
import type { Ruleset } from '../model/ruleset.ts';
import type { Facts } from '../observe/facts.ts';
import { inferredInputs } from './inference.ts';
import { inputsFromEnvironment, inputsFromRules } from './inputs-from-pod.ts';
import { type Declared, type Layer, mergeLayers, resolveConfig } from './layers.ts';
import { expectedRuleset } from './layout.ts';
import { groupsFromRules } from './owner-groups.ts';
import { inputsFromSurroundings, withBackendInUse } from './surroundings.ts';
import { inputsFromTraces } from './traces.ts';

/**
 * All that is known about the inputs, strongest first. `supposed` are inputs to be inferred so, whatever the rules look like, unless somebody declared them.
 */
export function layersOf({ layers, complete }: Declared, facts: Facts, supposed: Partial<Config> = {}): Layer[] {
  const pod: Layer[] = [{ origin: 'env', inputs: inputsFromEnvironment(facts.environment) }];
  const known = [...layers, ...pod];
  const given = { ...mergeLayers(known), ...supposed };
  const traces = inputsFromTraces(facts);
  const inferred = complete ? {} : inferredWith(traces, { ...featuresLeft(facts.pod.ruleset), ...given }, facts);
  const ipv6 = traces.enableIpv6 === undefined ? {} : { enableIpv6: traces.enableIpv6 };
  const seen = { ...inputsFromSurroundings(facts, given), ...inputsFromRules(facts), ...ipv6 };
  return [...known, { origin: 'inferred', inputs: { ...seen, ...inferred, ...supposed } }];
}

/**
 * What the rules imply in the light of the traces. The release is that of the rules alone: one that would have written
 * less of what the traces demand does not explain better what is missing.
 */
function inferredWith(traces: Partial<Config>, given: Partial<Config>, facts: Facts): Partial<Config> {
  const alone = inferredInputs(facts, given);
  const told = { ...alone, ...traces, ...given };
  const isKnown = (Object.keys(traces) as (keyof typeof traces)[]).every((key) => told[key] === alone[key]);
  const { istioVersion } = told;
  if (isKnown || istioVersion === undefined) return told;
  return { ...inferredInputs(facts, { ...traces, ...given, istioVersion }), istioVersion };
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

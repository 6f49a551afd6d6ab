import { optionsFromRules } from '../infer/index.ts';
import { featuresLeft } from '../istio/stale-tables.ts';
import { defaultConfig, inputsOf, parseRelease } from '../layout/index.ts';
import type { Config } from '../model/config.ts';
import type { Releases } from '../model/releases.ts';
import type { ResolvedConfig } from '../model/report.ts';
import type { Ruleset } from '../model/ruleset.ts';
import type { Facts } from '../observe/facts.ts';
import { evidenceOf, type Implied, inferredInputs } from './inference.ts';
import { inputsFromEnvironment, inputsFromRules } from './inputs-from-pod.ts';
import { type Declared, type Layer, resolveConfig, type Said, saidIn } from './layers.ts';
import { expectedRuleset } from './layout.ts';
import { groupsFromRules } from './owner-groups.ts';
import { inputsFromSurroundings, withBackendInUse } from './surroundings.ts';
import { inputsFromTraces } from './traces.ts';

/**
 * All that is known about the inputs, strongest first. `supposed` are inputs to be inferred so, whatever the rules look like, unless somebody declared them.
 */
export function layersOf({ layers, complete }: Declared, facts: Facts, supposed: Partial<Config> = {}): Layer[] {
  const own = inputsFromEnvironment(facts.environment);
  const known: Layer[] = [...exactIn(layers, own), { origin: 'env', inputs: own }];
  const said = saidIn(known);
  const given = { ...said.inputs, ...supposed };
  const traces = inputsFromTraces(facts);
  const inferred = complete ? { inputs: {} } : inferredWith({ ...said, inputs: { ...traces, ...given } }, facts);
  const ipv6 = traces.enableIpv6 === undefined ? {} : { enableIpv6: traces.enableIpv6 };
  const seen = { ...inputsFromSurroundings(facts, given), ...inputsFromRules(facts), ...ipv6 };
  return [...known, { ...inferred, origin: 'inferred', inputs: { ...seen, ...inferred.inputs, ...supposed } }];
}

/** Nothing is added to an annotation where the pod's own word is that it was programmed with just these ports. */
function exactIn(declared: readonly Layer[], own: Partial<Config>): readonly Layer[] {
  const { excluded } = saidIn(declared);
  const isExact = excluded !== undefined && same(excluded.toSorted(), own.inboundPortsExclude?.toSorted());
  return isExact ? declared.map(({ annotated: _, ...layer }) => layer) : declared;
}

/** Inputs that say which rules are looked at, and in whose light; the others only say what should be there. */
const VIEW = new Set(['istioVersion', 'dataplane', 'backend', 'scope']);

/**
 * What the rules imply, the others being known from traces or by somebody's word. The release is one of those that the
 * rules alone imply: another that would have written less of what is meant does not explain better what is missing.
 */
function inferredWith({ inputs: meant, ...annotated }: Said, facts: Facts): Implied {
  const left = featuresLeft(facts.pod.ruleset);
  const view = Object.fromEntries(Object.entries(meant).filter(([key]) => VIEW.has(key)));
  const inView = { inputs: { ...left, ...view } };
  const silent = inferredInputs(facts, evidenceOf(facts, inView, { meant }));
  const alone =
    annotated.excluded === undefined
      ? silent
      : inferredInputs(facts, evidenceOf(facts, { ...annotated, ...inView }, { meant, within: silent.releases }));
  const told = { ...alone.inputs, ...meant };
  const isKnown = (Object.keys(meant) as (keyof Config)[]).every((key) => same(told[key], alone.inputs[key]));
  const { istioVersion } = told;
  if (isKnown || istioVersion === undefined) return { ...alone, inputs: told };
  const inLight = (inputs: Partial<Config>) =>
    inferredInputs(
      facts,
      evidenceOf(facts, { ...annotated, inputs: { ...left, ...inputs } }, { within: alone.releases }),
    );
  const fitting = inLight(meant);
  if (fitting.isExact && hasAll(fitting.inputs, meant)) return fitting;
  return { ...alone, inputs: { ...inLight({ ...meant, istioVersion }).inputs, istioVersion } };
}

/** Whether the release has the inputs that are meant, or does what is meant all the same. */
function hasAll({ istioVersion = '', dataplane }: Partial<Config>, meant: Partial<Config>): boolean {
  const release = parseRelease(istioVersion);
  if ('error' in release) return false;
  const known = new Set(inputsOf(release, dataplane));
  const defaults = defaultConfig(istioVersion, 'istio-init', dataplane);
  return (Object.keys(meant) as (keyof Config)[]).every((key) => known.has(key) || same(meant[key], defaults[key]));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What a pod is held against: the inputs, the same with the backend that is in use, and the rules they make. */
export interface Expectation {
  readonly resolved: ResolvedConfig;
  readonly judged: Config;
  /** First and last release that `judged` could be of as well, where the release was inferred. */
  readonly releases?: Releases;
  readonly expected: Ruleset;
}

/**
 * The rules that Istio should have programmed, by all that is known about its inputs.
 * @throws UsageError when the inputs contradict each other
 */
export function expectationOf(layers: readonly Layer[], facts: Facts): Expectation {
  const resolved = resolveConfig(layers);
  const judged = withBackendInUse(resolved.config, facts);
  const { config, releases } = resolved;
  const isOfOne = releases === undefined || judged.istioVersion !== config.istioVersion;
  return { resolved, judged, ...(isOfOne ? {} : { releases }), expected: layoutFor(judged, facts) };
}

/** The rules of inputs, with names and sets as the pod's rules have them. */
export function layoutFor(config: Config, { pod: { ruleset } }: Facts): Ruleset {
  return expectedRuleset(config, {
    resolveGroup: groupsFromRules(ruleset, config),
    ...optionsFromRules(ruleset.tables),
  });
}

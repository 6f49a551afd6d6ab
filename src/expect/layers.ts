import { defaultConfig, excludedInbound, featuresFor, NEWEST_MINOR, whyNoLayout } from '../layout/index.ts';
import type { Config, ConfigKey } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import type { Releases } from '../model/releases.ts';
import type { InputOrigin, ResolvedConfig } from '../model/report.ts';
import { CONFIG_KEYS } from '../parse/config/index.ts';

type Origins = Partial<Record<ConfigKey, InputOrigin>>;

/** Inputs that came from one place. */
export interface Layer {
  readonly origin: InputOrigin;
  readonly inputs: Partial<Config>;
  /** The excluded inbound ports are the annotation's, to which the injector or the CNI plugin adds ports of its own. */
  readonly annotated?: true;
  /** First and last release that could be the one named, where it was inferred. */
  readonly releases?: Releases;
}

/** What somebody declared of a pod. Where it is `complete` its gaps are defaults, and nothing is inferred from the rules. */
export interface Declared {
  readonly layers: readonly Layer[];
  readonly complete: boolean;
}

/** Nothing was declared. */
export const NOTHING_DECLARED: Declared = { layers: [], complete: false };

/** The inputs of all layers; where two name the same input, the earlier layer wins. */
export function mergeLayers(layers: readonly Layer[]): Partial<Config> {
  return Object.assign({}, ...layers.toReversed().map(({ inputs }) => inputs));
}

/** The inputs of all layers that are exact, and excluded inbound ports where the strongest word on them is an annotation. */
export interface Said {
  readonly inputs: Partial<Config>;
  readonly excluded?: readonly number[];
}

/** The inputs of all layers, with what is said in the annotation's words told apart. */
export function saidIn(layers: readonly Layer[]): Said {
  const inputs = mergeLayers(layers);
  const { inboundPortsExclude: excluded, ...exact } = inputs;
  const strongest = layers.find((layer) => layer.inputs.inboundPortsExclude !== undefined);
  return excluded !== undefined && strongest?.annotated ? { inputs: exact, excluded } : { inputs };
}

/** The configuration with all gaps filled from the release's defaults. Layers are given strongest first. */
export function resolveConfig(layers: readonly Layer[]): ResolvedConfig {
  const given = mergeLayers(layers);
  const dataplane = given.dataplane ?? 'sidecar';
  const istioVersion = given.istioVersion ?? `1.${NEWEST_MINOR}.0`;
  const defaults = defaultConfig(istioVersion, 'istio-init', dataplane);
  // Istio takes the uids for the gids when it is given no gids.
  const gid = given.proxyUid !== undefined && given.proxyGid === undefined ? { proxyGid: given.proxyUid } : {};
  const ports = dataplane === 'sidecar' ? withReserved(layers, istioVersion) : {};
  const config: Config = { ...defaults, ...given, ...gid, ...ports };
  refuseWithoutLayout(config);
  const releases = layers.find(({ inputs }) => 'istioVersion' in inputs)?.releases;
  return { config, origin: originsOf(layers), ...(releases && { releases }) };
}

/** Excluded inbound ports as programmed, where an annotation names them: as the rules have it, else as the injector does it. */
function withReserved(layers: readonly Layer[], istioVersion: string): Partial<Config> {
  const { excluded } = saidIn(layers);
  if (excluded === undefined) return {};
  const implied = layers.find(({ origin }) => origin === 'inferred')?.inputs.inboundPortsExclude;
  return { inboundPortsExclude: implied ?? excludedInbound({ excluded }, featuresFor(istioVersion)) };
}

function refuseWithoutLayout(config: Config): void {
  const reason = whyNoLayout(config);
  if (reason !== null) throw new UsageError(reason, { hint: 'Correct --istio-version, --dataplane or --backend.' });
}

function originsOf(layers: readonly Layer[]): Origins {
  return Object.fromEntries(
    CONFIG_KEYS.map(({ key }) => [key, layers.find(({ inputs }) => key in inputs)?.origin ?? 'default']),
  );
}

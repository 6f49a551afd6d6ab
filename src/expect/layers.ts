import { defaultConfig, NEWEST_MINOR, whyNoLayout } from '../layout/index.ts';
import type { Config, ConfigKey } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import type { InputOrigin, ResolvedConfig } from '../model/report.ts';
import { CONFIG_KEYS } from '../parse/config/index.ts';

type Origins = Partial<Record<ConfigKey, InputOrigin>>;

/** Inputs that came from one place. */
export interface Layer {
  readonly origin: InputOrigin;
  readonly inputs: Partial<Config>;
  /** First and last release that could be the one named, where it was inferred. */
  readonly releases?: readonly [string, string];
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

/** The configuration with all gaps filled from the release's defaults. Layers are given strongest first. */
export function resolveConfig(layers: readonly Layer[]): ResolvedConfig {
  const given = mergeLayers(layers);
  const dataplane = given.dataplane ?? 'sidecar';
  const defaults = defaultConfig(given.istioVersion ?? `1.${NEWEST_MINOR}.0`, 'istio-init', dataplane);
  // Istio takes the uids for the gids when it is given no gids.
  const gid = given.proxyUid !== undefined && given.proxyGid === undefined ? { proxyGid: given.proxyUid } : {};
  const config: Config = { ...defaults, ...given, ...gid };
  refuseWithoutLayout(config);
  const releases = layers.find(({ inputs }) => 'istioVersion' in inputs)?.releases;
  return { config, origin: originsOf(layers), ...(releases && { releases }) };
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

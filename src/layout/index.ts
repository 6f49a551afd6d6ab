import type { Config } from '../model/config.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { ambientIptables } from './ambient/iptables.ts';
import { featuresFor } from './eras.ts';
import type { ResolveGroup } from './groups.ts';
import { sidecarIptables } from './sidecar/index.ts';

export { defaultConfig, inputsOf, type Programmer } from './defaults.ts';
export type { ResolveGroup } from './groups.ts';
export { isNewerThanKnown, parseRelease, type Release } from './release.ts';
export { expectedRouting } from './routing.ts';

/** What the configuration alone does not say. */
export interface LayoutOptions {
  /** Finds the id of a group given by name; by default none is found and the name stays in the rule as text. */
  readonly resolveGroup?: ResolveGroup;
}

/**
 * The rules that Istio programs for a configuration, as the kernel would show them. `text` of each rule is empty and
 * its origin is `expected`, line 0. Throws when `istioVersion` is not a release; releases newer than known get the
 * newest known layout (`isNewerThanKnown` tells).
 */
export function buildLayout(config: Config, options: LayoutOptions = {}): Ruleset {
  const has = featuresFor(config.istioVersion);
  const resolveGroup = options.resolveGroup ?? (() => null);
  if (config.dataplane === 'ambient') return { tables: ambientIptables(config, has) };
  return { tables: sidecarIptables(config, has, resolveGroup) };
}

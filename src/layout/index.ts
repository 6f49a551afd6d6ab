import type { Config } from '../model/config.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { ambientIptables } from './ambient/iptables.ts';
import { featuresFor } from './eras.ts';
import type { ResolveGroup } from './groups.ts';
import { ambientNftables } from './nftables/ambient.ts';
import { sidecarNftables } from './nftables/sidecar.ts';
import { sidecarIptables } from './sidecar/index.ts';

export { whyNoLayout } from './availability.ts';
export { CHANGES } from './changes.ts';
export { defaultConfig } from './defaults.ts';
export { featuresFor } from './eras.ts';
export type { ResolveGroup } from './groups.ts';
export { excludedInbound, type InboundAnnotations } from './inbound-exclusions.ts';
export { inputsOf, isInputOf } from './inputs.ts';
export { whyRefused } from './refused.ts';
export { compareReleases, NEWEST_MINOR, parseRelease, standInFor } from './release.ts';
export { expectedRouting } from './routing.ts';

/** What the configuration alone does not say. */
export interface LayoutOptions {
  /** Finds the id of a group given by name; by default none is found and the name stays in the rule as text. */
  readonly resolveGroup?: ResolveGroup;
  /** User that the kubelet runs as, for the rules on the node with native nftables; root by default. */
  readonly kubeletUid?: number;
  /** 1.7 captured DNS for Envoy (ISTIO_META_DNS_CAPTURE), or with another variable, DNS_AGENT, for the agent. */
  readonly dnsAgent?: boolean;
}

/**
 * The rules that Istio programs for a configuration, as the kernel would show them. `text` of each rule is empty and
 * its origin is `expected`, line 0. Throws when `istioVersion` is not a release; releases newer than known get the
 * newest known layout (`standInFor` tells); a data plane or backend that the release did not have gets no tables
 * (`whyNoLayout` tells), nor does a configuration whose rules the kernel refuses (`whyRefused` tells).
 */
export function buildLayout(config: Config, options: LayoutOptions = {}): Ruleset {
  const has = featuresFor(config.istioVersion);
  const resolveGroup = options.resolveGroup ?? (() => null);
  const native = config.backend === 'nftables';
  if (config.dataplane === 'ambient') {
    return { tables: native ? ambientNftables(config, has, options.kubeletUid ?? 0) : ambientIptables(config, has) };
  }
  if (native) return { tables: sidecarNftables(config, has, resolveGroup) };
  return { tables: sidecarIptables(config, has, { resolveGroup, dnsAgent: options.dnsAgent ?? false }) };
}

import type { Config } from '../model/config.ts';
import { type Features, featuresFor } from './eras.ts';

/** Why the kernel refuses a layout, and what the user can do about it. */
interface Refusal {
  readonly reason: string;
  readonly remedy: string;
}

/**
 * Why nft refuses the transaction in which the release programs a configuration natively, so that not one of its rules
 * is there; null when it takes it. Each was seen with nft 1.0.6. Throws a RangeError when `istioVersion` is no release.
 */
export function whyRefused(config: Config): Refusal | null {
  return config.backend === 'nftables' ? refusalOf(config, featuresFor(config.istioVersion)) : null;
}

/** The same for a configuration with the nftables backend whose release's features are at hand. */
export function refusalOf(config: Config, has: Features): Refusal | null {
  const { dataplane, scope, interceptionMode, inboundPortsInclude, excludeInterfaces, rerouteVirtualInterfaces } =
    config;
  if (dataplane === 'ambient' && scope === 'host') {
    return config.enableIpv6 || has('ambient-native-ipv6-optional') ? null : WITHOUT_SET;
  }
  const excluded = dataplane === 'sidecar' ? excludeInterfaces : [];
  if ([...excluded, ...rerouteVirtualInterfaces].includes('*')) return WILDCARD;
  const insertsEarly = dataplane === 'sidecar' && interceptionMode === 'TPROXY' && inboundPortsInclude.length === 0;
  return insertsEarly && !has('late-insert-appends') ? EARLY_INSERT : null;
}

const WITHOUT_SET: Refusal = {
  reason: 'without IPv6 its rule for IPv6 names a set that it has not made',
  remedy: 'Upgrade to 1.28.1 or later, or set `ambient.ipv6=true` for the istio-cni chart.',
};

const WILDCARD: Refusal = {
  reason: 'nft accepts no interface name that is only a wildcard',
  remedy: 'Name the interfaces instead of "*".',
};

const EARLY_INSERT: Refusal = {
  reason: 'with TPROXY and no inbound ports it inserts a rule in front of rules that are not there',
  remedy: 'Upgrade to 1.27.4, 1.28.1 or later, or include an inbound port.',
};

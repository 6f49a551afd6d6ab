import type { Config } from '../model/config.ts';
import { CHANGES } from './changes.ts';
import { type Feature, featuresFor } from './eras.ts';

/** Why Istio programs nothing for a data plane and backend in the release, or null when it does. */
export function whyNoLayout(config: Config): string | null {
  const has = featuresFor(config.istioVersion);
  const missing = neededBy(config).find((feature) => !has(feature));
  if (missing === undefined) return null;
  const change = CHANGES.find(({ feature }) => feature === missing);
  return `Istio ${config.istioVersion} has no ${config.dataplane} layout in ${config.backend}; ${change?.since[0]} brought it`;
}

function neededBy({ dataplane, backend }: Config): Feature[] {
  if (backend === 'nftables') return [dataplane === 'ambient' ? 'ambient-native-nftables' : 'native-nftables'];
  return dataplane === 'ambient' ? ['ambient'] : [];
}

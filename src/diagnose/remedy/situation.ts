import type { Context } from '../../expect/context.ts';
import { type PodNames, podNames } from '../../istio/pod-names.ts';
import type { Config, ConfigKey } from '../../model/config.ts';
import type { InputOrigin } from '../../model/report.ts';

/** What of a pod the wording of steps depends on. */
export interface Situation {
  readonly names: PodNames;
  readonly config: Config;
  readonly origin: Readonly<Partial<Record<ConfigKey, InputOrigin>>>;
  /** The rules of a node are Istio's agent's, and no pod has to be replaced for them. */
  readonly plane: 'sidecar' | 'ambient' | 'node';
}

/** The situation of a pod. */
export function situationOf({ said, config, origin }: Context): Situation {
  const plane = config.dataplane === 'ambient' && config.scope === 'host' ? 'node' : config.dataplane;
  return { names: podNames(said.environment), config, origin, plane };
}

import { EXCLUDED_BY_PLUGIN, PORT } from '../istio/ports.ts';
import type { Features } from './eras.ts';

/** Who programmed the pod: the init container, or the CNI plugin. They take different defaults for the same pod. */
export type Programmer = 'istio-init' | 'istio-cni';

/** What a pod asks for by its annotations, before the injector or the CNI plugin add ports of their own. */
export interface InboundAnnotations {
  /** traffic.sidecar.istio.io/excludeInboundPorts. */
  readonly excluded: readonly number[];
  /** status.sidecar.istio.io/port; null is its 0, with which the agent's port is not excluded. 15020 when left out. */
  readonly status?: number | null;
}

/**
 * The inbound ports that are excluded for annotations: with those that the release reserves, in the order in which they
 * are programmed. The injection template puts 15090,15021 in front (1.6 and later) and the status port behind (1.1 and
 * later); the plugin puts 15020,15021,15090 behind that (1.8 and later). None is added that the annotation has itself.
 */
export function excludedInbound(
  { excluded, status = PORT.status }: InboundAnnotations,
  has: Features,
  programmer: Programmer = 'istio-init',
): readonly number[] {
  const isMissing = (port: number) => !excluded.includes(port);
  const behind = status !== null && has('status-port-excluded') ? [status].filter(isMissing) : [];
  if (programmer === 'istio-cni' && has('cni-default-excludes'))
    return [...new Set([...excluded, ...behind, ...EXCLUDED_BY_PLUGIN])];
  const ahead = has('prometheus-port-excluded') ? [PORT.metrics, PORT.health].filter(isMissing) : [];
  return [...ahead, ...excluded, ...behind];
}

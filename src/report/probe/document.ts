import type { ProbeAnswer } from '../../probe/types.ts';

/** The document that schema/probe.schema.json describes. */
export function probeDocument({ config, ...probed }: ProbeAnswer): unknown {
  const { istioVersion, dataplane } = config;
  return { schemaVersion: 1, istio: { version: istioVersion, dataplane }, ...probed };
}

import type { ProbeAnswer } from '../../probe/types.ts';

/** The document that schema/probe.schema.json describes. */
export function probeDocument({ config, releases, ...probed }: ProbeAnswer): unknown {
  const { istioVersion, dataplane } = config;
  const istio = { version: istioVersion, ...(releases && { releases }), dataplane };
  return { schemaVersion: 1, istio, ...probed };
}

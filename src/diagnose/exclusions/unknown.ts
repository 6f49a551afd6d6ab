import type { Context } from '../../expect/context.ts';
import { defaultConfig, isInputOf } from '../../layout/index.ts';
import type { ConfigKey } from '../../model/config.ts';
import type { Evidence } from '../../model/report.ts';
import { CONFIG_KEYS, formatConfig } from '../../parse/config/index.ts';

/** Something that somebody set and that the pod's data plane has no use for. */
export type UnknownInput = Extract<Evidence, { kind: 'command' }>;

/** Annotations by which only a sidecar is told what to capture. */
const OF_SIDECARS = /^traffic\.sidecar\.istio\.io\//;

/**
 * Declared inputs, and annotations of the pod, that only the other data plane knows: Istio takes them and writes the same
 * rules. A value that is the default of either asks for nothing.
 */
export function unknownInputs({ config, origin, said }: Context): UnknownInput[] {
  const { dataplane, istioVersion } = config;
  const values = formatConfig({ ...config, dataplane: 'ambient' });
  const usual = (['sidecar', 'ambient'] as const).map((plane) =>
    formatConfig({ ...defaultConfig(istioVersion, 'istio-init', plane), dataplane: 'ambient' }),
  );
  const declared = (key: ConfigKey) => !['default', 'inferred'].includes(origin[key] ?? 'default');
  const inputs = CONFIG_KEYS.filter(
    ({ key }) =>
      declared(key) && !isInputOf(dataplane, key) && usual.every((one) => asText(values[key]) !== asText(one[key])),
  ).map(({ key }) => ({ kind: 'command', command: key, text: asText(values[key]) }) as const);
  const annotations = Object.entries(dataplane === 'ambient' ? said.annotations : {})
    .filter(([name]) => OF_SIDECARS.test(name))
    .map(([command, text]) => ({ kind: 'command', command, text }) as const);
  return [...inputs, ...annotations];
}

/** As the flag of the input takes it. */
function asText(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

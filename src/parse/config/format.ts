import type { Config, ConfigKey } from '../../model/config.ts';
import { CONFIG_KEYS } from './keys.ts';

const AMBIENT_ONLY: ReadonlySet<ConfigKey> = new Set([
  'hostProbeIpv4',
  'hostProbeIpv6',
  'ingressMode',
  'dnsProxy',
  'scope',
]);
const ARRAYS: ReadonlySet<ConfigKey> = new Set(['dnsServersV4', 'dnsServersV6']);

/**
 * A configuration in the form of the configuration file: numbers and lists as Istio's flags have them, name servers as
 * arrays, booleans as such. Inputs that only ambient has are left out for a sidecar.
 */
export function formatConfig(config: Config): Record<string, unknown> {
  const keys = CONFIG_KEYS.map((input) => input.key);
  const shown = keys.filter((key) => config.dataplane === 'ambient' || !AMBIENT_ONLY.has(key));
  return Object.fromEntries(shown.map((key) => [key, formatInput(key, config[key])]));
}

function formatInput(key: ConfigKey, value: Config[ConfigKey]): unknown {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return ARRAYS.has(key) ? [...value] : value.join(',');
}

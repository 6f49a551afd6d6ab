import { EXAMPLE_INPUTS } from '../collect/example.ts';
import type { Outside } from '../collect/outside.ts';
import type { Declared, Layer } from '../expect/layers.ts';
import type { Config, ConfigKey } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import { INPUT_LIMITS } from '../model/limits.ts';
import { CONFIG_KEYS, parseConfigFile, parseInput } from '../parse/config/index.ts';
import type { ConfigRequest } from './requests.ts';

type Inputs = { -readonly [K in ConfigKey]?: Config[K] };

/**
 * What the user declared: flags, the configuration file, variables ISTIO_NAT_…. A file is complete: its gaps are defaults;
 * and so is what is known of the `example`.
 * @throws UsageError when a value is malformed, naming the flag, key or variable
 */
export async function declaredInputs(request: ConfigRequest, outside: Outside, example = false): Promise<Declared> {
  const flags: Inputs = {};
  for (const { key, flag } of CONFIG_KEYS) {
    const raw = key === 'istioVersion' ? (request.istioVersion ?? request.flags[key]) : request.flags[key];
    if (raw !== undefined) assign(flags, key, raw, `--${flag}`);
  }
  const env: Inputs = {};
  for (const { key, environment } of CONFIG_KEYS) {
    const raw = request.env[environment];
    if (raw !== undefined) assign(env, key, raw, environment);
  }
  const file = request.configFile === undefined ? {} : await readConfigFile(request.configFile, outside);
  const layers: Layer[] = [
    { origin: 'flag', inputs: flags },
    { origin: 'config', inputs: file },
    { origin: 'env', inputs: env },
    ...(example ? ([{ origin: 'config', inputs: EXAMPLE_INPUTS }] as const) : []),
  ];
  return { layers, complete: example || request.configFile !== undefined };
}

function assign<K extends ConfigKey>(inputs: Inputs, key: K, raw: string, name: string): void {
  const parsed = parseInput(key, raw);
  if ('error' in parsed) throw new UsageError(`${name}: ${parsed.error}`);
  inputs[key] = parsed.value;
}

async function readConfigFile(path: string, outside: Outside): Promise<Partial<Config>> {
  const content = await outside.readInput(path, { maxBytes: INPUT_LIMITS.configBytes });
  const name = path === '-' ? 'stdin' : path;
  if (!('text' in content)) throw new UsageError(`--config ${name}: ${content.message}`);
  const { inputs, errors } = parseConfigFile(content.text, name);
  if (errors.length > 0) throw new UsageError(errors.map(({ message }) => message).join('\n'));
  return inputs;
}

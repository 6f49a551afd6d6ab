import type { Config, ConfigKey } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import { CONFIG_KEYS, parseConfigFile, parseInput } from '../parse/config/index.ts';
import type { Declared } from './layers.ts';

type Inputs = { -readonly [K in ConfigKey]?: Config[K] };

/** What somebody says of a pod, as raw text, strongest first. */
export interface GivenInputs {
  /**
   * Inputs by their key, such as `istioVersion` or `proxyUid`, each written as its flag takes it. `inboundPortsExclude` is
   * the annotation's value here and in `env`, to which Istio adds ports of its own; in a file it is exact.
   */
  readonly flags?: Readonly<Partial<Record<ConfigKey, string>>>;
  /** A file for `--config`. It is complete: its gaps are defaults, and nothing is inferred from the rules. */
  readonly file?: { readonly name: string; readonly text: string };
  /** Variables `ISTIO_NAT_…`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * What was declared: flags, the configuration file, variables.
 * @throws UsageError when a value is malformed, naming the flag, key or variable
 */
export function declaredOf({ flags = {}, file, env = {} }: GivenInputs): Declared {
  const fromFlags = inputsOf(({ key, flag }) => [flags[key], `--${flag}`]);
  const fromEnv = inputsOf(({ environment }) => [env[environment], environment]);
  return {
    layers: [
      { origin: 'flag', inputs: fromFlags, annotated: true },
      { origin: 'config', inputs: file === undefined ? {} : inputsOfFile(file) },
      { origin: 'env', inputs: fromEnv, annotated: true },
    ],
    complete: file !== undefined,
  };
}

function inputsOf(given: (key: (typeof CONFIG_KEYS)[number]) => readonly [string | undefined, string]): Inputs {
  const inputs: Inputs = {};
  for (const one of CONFIG_KEYS) {
    const [raw, name] = given(one);
    if (raw !== undefined) assign(inputs, one.key, raw, name);
  }
  return inputs;
}

function assign<K extends ConfigKey>(inputs: Inputs, key: K, raw: string, name: string): void {
  const parsed = parseInput(key, raw);
  if ('error' in parsed) throw new UsageError(`${name}: ${parsed.error}`);
  inputs[key] = parsed.value;
}

function inputsOfFile({ name, text }: NonNullable<GivenInputs['file']>): Partial<Config> {
  const { inputs, errors } = parseConfigFile(text, name);
  if (errors.length > 0) throw new UsageError(errors.map(({ message }) => message).join('\n'));
  return inputs;
}

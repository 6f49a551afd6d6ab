export { type ConfigError, type ConfigFile, parseConfigFile } from './file.ts';
export { formatConfig } from './format.ts';
export { parseInput } from './input.ts';
export { CONFIG_KEYS, describeInput, type InputDescription, type InputKind } from './keys.ts';
export { nearest } from './nearest.ts';
export type { Parsed } from './scalar.ts';

export { type ConfigFile, parseConfigFile } from './file.ts';
export { formatConfig } from './format.ts';
export { parseInput } from './input.ts';
export { CONFIG_KEYS } from './keys.ts';

import type { Config, ConfigKey } from '../../model/config.ts';
import { grouped, INPUT_LIMITS } from '../../model/limits.ts';
import { headOf } from '../head.ts';
import { jsonErrorText } from '../json-error.ts';
import { duplicateKeys } from './duplicates.ts';
import { parseInput } from './input.ts';
import { CONFIG_KEYS, describeInput } from './keys.ts';
import { nearest } from './nearest.ts';
import { quote } from './scalar.ts';

const LONGEST_KEY = 40;

/** Something wrong in a configuration file; `key` is empty when it is the file as a whole. */
export interface ConfigError {
  readonly key: string;
  readonly message: string;
}

/** The inputs of a configuration file that could be read, and what was wrong with the others. */
export interface ConfigFile {
  readonly inputs: Partial<Config>;
  readonly errors: readonly ConfigError[];
}

/**
 * Reads a configuration file: one JSON object, keys as in `CONFIG_KEYS`, a null standing for a key left out.
 * `source` names the file in messages. Never throws.
 */
export function parseConfigFile(text: string, source: string): ConfigFile {
  const json = parseJson(text);
  if ('error' in json) return { inputs: {}, errors: [{ key: '', message: `${source}: ${json.error}` }] };
  const keys = Object.keys(json.value).length;
  if (keys > INPUT_LIMITS.configKeys) {
    const message = `${source}: the object has ${grouped(keys)} keys; a configuration has ${CONFIG_KEYS.length} at most`;
    return { inputs: {}, errors: [{ key: '', message }] };
  }
  const strange = strangeKeys(Object.keys(json.value));
  if (strange !== null) return { inputs: {}, errors: [{ key: '', message: `${source}: ${strange}` }] };
  const errors: ConfigError[] = duplicateKeys(text).map((key) => ({
    key,
    message: `${source}: ${quote(key)} is given more than once`,
  }));
  const inputs: Record<string, unknown> = {};
  for (const [key, raw] of Object.entries(json.value)) {
    if (raw === null && describeInput(key) !== undefined) continue;
    const parsed = parseEntry(key, raw);
    if ('error' in parsed) errors.push({ key, message: `${source}: ${parsed.error}` });
    else inputs[key] = parsed.value;
  }
  return { inputs: inputs as Partial<Config>, errors: fewOf(errors, source) };
}

/** The first errors, and how many more there are. */
function fewOf(errors: readonly ConfigError[], source: string): readonly ConfigError[] {
  const more = errors.length - INPUT_LIMITS.configErrors;
  if (more <= 0) return errors;
  const shown = errors.slice(0, INPUT_LIMITS.configErrors);
  return [...shown, { key: '', message: `${source}: ${grouped(more)} more keys or values are wrong` }];
}

function parseJson(text: string): { value: object } | { error: string } {
  try {
    // A byte order mark is what some editors leave; JSON.parse refuses it.
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { value };
    return { error: `expected one JSON object, found ${kindOf(value)}` };
  } catch (error) {
    const head = /^\s*[{[]/.test(text) ? null : headOf(text);
    return { error: `not valid JSON: ${jsonErrorText(error)}${head === null ? '' : `; ${head}`}` };
  }
}

function parseEntry(key: string, raw: unknown): { value: unknown } | { error: string } {
  const known = describeInput(key);
  if (known === undefined) return { error: unknownKey(key) };
  const parsed = parseInput(known.key, raw);
  return 'error' in parsed ? { error: `${key}: ${parsed.error}` } : parsed;
}

/** The value itself may be a password that somebody passed by mistake. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value === null) return 'null';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}

/** Of an object that is no configuration at all only one key is named: the others are none of our business. */
function strangeKeys(keys: readonly string[]): string | null {
  const [first = '', ...others] = keys;
  const names = CONFIG_KEYS.map((input) => input.key);
  if (others.length === 0 || keys.some((key) => nearest(key, names) !== null)) return null;
  return `unknown key ${quote(first.slice(0, LONGEST_KEY))}, and none of the ${others.length} others is an input either`;
}

function unknownKey(key: string): string {
  const names: ConfigKey[] = CONFIG_KEYS.map((input) => input.key);
  const meant = nearest(key, names);
  return `unknown key ${quote(key)}${meant === null ? '' : `; did you mean ${meant}?`}`;
}

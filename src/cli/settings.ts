import type { FlagInput, ParserOutput } from '@oclif/core/interfaces';
import { CONFIG_KEYS } from '../parse/config/keys.ts';
import type { Setting } from '../report/environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the environment says in place of flags that were not given. The author of a pod chooses its environment, so each
 * of these is named in the report.
 */
export function settingsFrom({ raw }: Pick<ParserOutput, 'raw'>, known: FlagInput, env: Environment): Setting[] {
  const given = new Set(raw.flatMap((token) => (token.type === 'flag' ? token.flag : [])));
  return [...flagVariables(known, env), ...inputVariables(known)].flatMap(({ flag, name }) => {
    const value = env[name];
    return given.has(flag) || value === undefined ? [] : [{ name, flag: `--${flag}`, value }];
  });
}

interface Variable {
  readonly flag: string;
  readonly name: string;
}

/** oclif takes an empty variable for none, and then there is nothing to report. */
function flagVariables(known: FlagInput, variables: Environment): Variable[] {
  return Object.entries(known).flatMap(([flag, { env }]) => (env && variables[env] ? [{ flag, name: env }] : []));
}

/** The inputs have variables of their own, read where their flags are known. */
function inputVariables(known: FlagInput): Variable[] {
  return CONFIG_KEYS.filter(({ flag }) => Object.hasOwn(known, flag)).map(({ flag, environment }) => ({
    flag,
    name: environment,
  }));
}

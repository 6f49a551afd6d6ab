import { boolean, string } from '@oclif/core/flags';
import type { ConfigKey } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import type { Family } from '../model/family.ts';
import { SEVERITIES, type Severity } from '../model/report.ts';
import { CONFIG_KEYS, type InputKind } from '../parse/config/keys.ts';
import { THRESHOLDS, type Threshold } from './exit-code.ts';
import type { ConfigRequest, SourceRequest } from './gather.ts';

const SOURCE = 'SOURCE';
const EXPECTATION = 'EXPECTED CONFIGURATION';

/** The highest uid or gid that a process can have: the one above it means "none" in the kernel. */
export const HIGHEST_ID = 0xfffffffe;

/** `--family`, for texts that do not say it and layouts that have both. */
export function familyFlag(description: string) {
  return string({ helpGroup: SOURCE, helpValue: 'ipv4|ipv6', options: ['ipv4', 'ipv6'], description });
}

/** The flags that say what is looked at; without any it is the network namespace of this process. */
export const sourceFlags = {
  rules: string({
    char: 'f',
    helpGroup: SOURCE,
    helpValue: 'FILE',
    multiple: true,
    // Else every word after it would be taken for another file.
    multipleNonGreedy: true,
    description: 'saved rules instead of live ones: iptables-save, iptables -S, nft list ruleset … (- is stdin)',
  }),
  sockets: string({ helpGroup: SOURCE, helpValue: 'FILE', description: 'saved output of ss, together with --rules' }),
  family: familyFlag('family of the rules in --rules, where the text does not say it'),
};

/** `--example`: what `npm start` shows. */
export const exampleFlag = {
  example: boolean({
    helpGroup: SOURCE,
    exclusive: ['rules', 'sockets', 'family'],
    description: 'the recording of a broken pod that comes with istio-nat, to see what a report looks like',
  }),
};

/** What the source flags say. */
export interface SourceValues {
  readonly example?: boolean;
  readonly rules?: readonly string[] | undefined;
  readonly sockets?: string | undefined;
  readonly family?: string | undefined;
}

/** The source that the flags ask for. */
export function sourceRequest(flags: SourceValues): SourceRequest {
  const { rules = [], sockets } = flags;
  const family = familyOf(flags.family);
  if (flags.example === true) return { kind: 'example' };
  if (rules.length === 0) {
    const stray = sockets === undefined ? (family === undefined ? null : '--family') : '--sockets';
    if (stray === null) return { kind: 'live' };
    throw new UsageError(`${stray} goes together with --rules.`, { hint: 'Name the file that has the rules.' });
  }
  if ([...rules, sockets].filter((file) => file === '-').length > 1) {
    throw new UsageError('Standard input (-) can be read only once.', { hint: 'Save one of the texts to a file.' });
  }
  return {
    kind: 'rules',
    files: rules,
    ...(sockets !== undefined && { sockets }),
    ...(family !== undefined && { family }),
  };
}

/** The family that `--family` names, if it was given. */
export function familyOf(flag: string | undefined): Family | undefined {
  if (flag === undefined) return undefined;
  return flag === 'ipv6' ? 'ipv6' : 'ipv4';
}

/** `istioVersion` has a flag of its own; every other input gets the one that its key spells. */
const INPUTS = CONFIG_KEYS.filter((input) => input.key !== 'istioVersion');

/** What the flag of an input takes, in a word. */
const VALUES: Readonly<Record<InputKind, string>> = {
  release: 'X.Y.Z',
  choice: 'NAME',
  boolean: 'BOOL',
  port: 'PORT',
  ports: 'PORTS',
  'ports-or-all': 'PORTS',
  ids: 'IDS',
  ranges: 'CIDRS',
  'ranges-or-all': 'CIDRS',
  interfaces: 'NAMES',
  groups: 'GROUPS',
  'groups-or-all': 'GROUPS',
  'servers-ipv4': 'IPS',
  'servers-ipv6': 'IPS',
  'loopback-range': 'CIDR',
  mark: 'MARK',
  'route-table': 'TABLE',
  'address-ipv4': 'IP',
  'address-ipv6': 'IP',
};

/** The flags that say what is expected: the release, a file, and one for each input. */
export const configFlags = {
  'istio-version': string({
    helpGroup: EXPECTATION,
    helpValue: 'X.Y.Z',
    description: 'Istio release that programmed the pod',
  }),
  config: string({
    helpGroup: EXPECTATION,
    helpValue: 'FILE',
    env: 'ISTIO_NAT_CONFIG',
    description: 'JSON object of these inputs, with keys such as inboundPortsExclude',
  }),
  ...Object.fromEntries(
    INPUTS.map(({ flag, kind, options, description }) => [
      flag,
      string({
        helpGroup: EXPECTATION,
        helpValue: options === undefined ? VALUES[kind] : options.join('|'),
        description,
      }),
    ]),
  ),
};

/** The expected configuration that the flags and the environment ask for, still as text: the pipeline checks it. */
export function configRequest(
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): ConfigRequest {
  const given: Partial<Record<ConfigKey, string>> = {};
  for (const { key, flag } of INPUTS) {
    const value = flags[flag];
    if (typeof value === 'string') given[key] = value;
  }
  const { config, 'istio-version': istioVersion } = flags;
  return {
    ...(typeof config === 'string' && { configFile: config }),
    ...(typeof istioVersion === 'string' && { istioVersion }),
    flags: given,
    env,
  };
}

/** `--fail-on`: from which findings on the exit code is 1. */
export const failOnFlag = {
  'fail-on': string({
    helpValue: THRESHOLDS.join('|'),
    options: [...THRESHOLDS],
    env: 'ISTIO_NAT_FAIL_ON',
    default: 'error',
    description: 'exit with 1 from findings of this severity on',
  }),
};

/** `--min-severity`: which findings are listed. */
export const minSeverityFlag = {
  'min-severity': string({
    helpValue: SEVERITIES.join('|'),
    options: [...SEVERITIES],
    env: 'ISTIO_NAT_MIN_SEVERITY',
    default: 'info',
    description: 'list no findings below it; verdict and exit code stay',
  }),
};

/** The severity that the flag names; oclif has checked it against the options. */
export function minSeverity(flag: string): Severity {
  return SEVERITIES.find((candidate) => candidate === flag) ?? 'info';
}

/** `--suppress`: what is known and accepted. */
export const suppressFlag = {
  suppress: string({
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
    env: 'ISTIO_NAT_SUPPRESS',
    description:
      'findings that are accepted, as YAML: counted and named, and held against nobody (docs/suppressions.md)',
  }),
};

/** The threshold that the flag names; oclif has checked it against the options. */
export function threshold(flag: string): Threshold {
  return THRESHOLDS.find((candidate) => candidate === flag) ?? 'error';
}

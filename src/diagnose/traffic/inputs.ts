import { evaluatePacket, Hooks, verdictKey } from '../../evaluate/packet.ts';
import type { Context } from '../../expect/context.ts';
import { inferConfig } from '../../infer/index.ts';
import { isAboutIstio } from '../../istio/chains.ts';
import { defaultConfig } from '../../layout/index.ts';
import type { Config, ConfigKey } from '../../model/config.ts';
import { asJsonText } from '../../model/json.ts';
import { isCovered } from '../../model/pod.ts';
import { type RuleReference, type Ruleset, rulesOf } from '../../model/ruleset.ts';
import { ruleIdentity } from '../../rules/canonical.ts';
import { RuleCounts } from '../../rules/rule-counts.ts';
import type { TrafficCode } from '../catalogue/index.ts';
import type { Cause, InputFault } from './cause.ts';

/** Inputs that are one setting, or of which one has no meaning without the other. */
const TOGETHER: readonly (readonly ConfigKey[])[] = [
  ['proxyUid', 'proxyGid'],
  ['redirectDns', 'captureAllDns', 'dnsServersV4', 'dnsServersV6'],
  ['ownerGroupsInclude', 'ownerGroupsExclude'],
  ['hostProbeIpv4', 'hostProbeIpv6'],
];

/** What a setting that did not take effect is called; elsewhere its most ordinary packets say it. */
const CODES: Readonly<Partial<Record<ConfigKey, readonly TrafficCode[]>>> = {
  proxyUid: ['NAT0301', 'NAT0304'],
  redirectDns: ['NAT0401', 'NAT0406'],
  excludeInterfaces: ['NAT0210'],
  rerouteVirtualInterfaces: ['NAT0210'],
  ownerGroupsInclude: ['NAT0307'],
  dropInvalid: ['NAT0114'],
  enableIpv6: ['NAT0601', 'NAT0602'],
};

/** Release and data plane are not inputs among others: they decide which there are. */
const NO_SETTING: ReadonlySet<ConfigKey> = new Set(['istioVersion', 'dataplane', 'backend', 'scope']);

/**
 * The settings that explain differences: every rule that depends on the setting is as with another value, the release's
 * default or the one that the rules imply, and the packets fare so. Those first that explain most; each difference once.
 */
export function inputFaults(causes: readonly Cause[], context: Context): InputFault[] {
  const open = new Set(causes);
  const faults: InputFault[] = [];
  const candidates = suppositions(context).flatMap((one) => faultOf(one, open, context) ?? []);
  for (const candidate of candidates.toSorted((a, b) => b.causes.length - a.causes.length)) {
    const explained = candidate.causes.filter((cause) => open.delete(cause));
    if (explained.length > 0) faults.push({ ...candidate, causes: explained });
  }
  return faults;
}

/** The code for a setting, of those that its differences have one by one. */
export function codeOfInput({ keys }: InputFault, among: readonly TrafficCode[]): TrafficCode | undefined {
  return keys.flatMap((key) => CODES[key] ?? []).find((code) => among.includes(code));
}

type Supposition = Pick<InputFault, 'keys' | 'config'>;

/** The configuration with one setting as it is by default, or as the rules look. */
function suppositions({ config, pod }: Context): Supposition[] {
  const { istioVersion, dataplane } = config;
  const implied = inferConfig(pod.ruleset, { coverage: pod.coverage, declared: { istioVersion, dataplane } });
  const others = [defaultConfig(istioVersion, 'istio-init', dataplane), implied.candidates[0]?.config ?? config];
  const found = settings(config).flatMap((keys) =>
    others.map((other) => ({ keys, config: { ...config, ...pick(other, keys) } })),
  );
  const distinct = new Map(found.map((one) => [asJsonText(one.config), one]));
  distinct.delete(asJsonText(config));
  return [...distinct.values()];
}

function settings(config: Config): (readonly ConfigKey[])[] {
  const joined = new Set(TOGETHER.flat());
  const single = (Object.keys(config) as ConfigKey[]).filter((key) => !NO_SETTING.has(key) && !joined.has(key));
  return [...TOGETHER, ...single.map((key) => [key])];
}

function pick(config: Config, keys: readonly ConfigKey[]): Partial<Config> {
  return Object.fromEntries(keys.map((key) => [key, config[key]]));
}

function faultOf({ keys, config }: Supposition, causes: ReadonlySet<Cause>, context: Context): InputFault | null {
  const { layout, pod } = context;
  const meant = { tables: context.expected.tables.filter((table) => isCovered(pod, table)) };
  const supposed = context.expectedWith(config);
  const lost = onlyIn(meant, supposed);
  const instead = onlyIn(supposed, meant);
  const isSo =
    lost.every((where) => layout.liveCount(where) === 0) && instead.every((where) => layout.liveCount(where) > 0);
  if (!isSo || lost.length + instead.length === 0) return null;
  const hooks = new Hooks(supposed);
  const stray = standing(instead, context);
  const written = new Set(stray.map(({ rule }) => rule));
  const isOwn = ({ intruder }: Cause) => intruder === null || isAboutIstio(intruder) || written.has(intruder.rule);
  return { keys, config, lost, stray, causes: [...causes].filter((cause) => isOwn(cause) && faresSo(cause, hooks)) };
}

/** The same rules where they are in the pod. */
function standing(rules: readonly RuleReference[], { pod }: Context): RuleReference[] {
  const wanted = new Set(rules.map(ruleIdentity));
  return rulesOf(pod.ruleset).filter((where) => wanted.has(ruleIdentity(where)));
}

/** Whether the packets of a class fare in the pod as with these rules. */
function faresSo({ class: { witness, live } }: Cause, hooks: Hooks): boolean {
  return verdictKey(evaluatePacket(hooks, witness, { reach: 'arrival' }).verdict) === verdictKey(live.verdict);
}

function onlyIn(ruleset: Ruleset, other: Ruleset): RuleReference[] {
  const counts = new RuleCounts(other);
  return rulesOf(ruleset).filter((where) => counts.of(where) === 0);
}

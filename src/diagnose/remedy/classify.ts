import type { Context } from '../../expect/context.ts';
import { hasIstioChains, isAboutIstio, istioTables } from '../../istio/chains.ts';
import { planesOf } from '../../istio/planes.ts';
import { PASSTHROUGH, PROXY_ID } from '../../istio/proxy.ts';
import type { Config, ConfigKey } from '../../model/config.ts';
import type { Family } from '../../model/family.ts';
import { releasesInWords } from '../../model/releases.ts';
import { type Rule, rulesOf } from '../../model/ruleset.ts';
import { type Cause, type Group, missingOf } from '../traffic/cause.ts';
import { dormantTable } from '../traffic/dormant.ts';
import { isGuardrail } from '../traffic/guardrails.ts';
import { droppingChains } from '../traffic/policies.ts';
import { letsGo, traitsOf } from '../traffic/traits.ts';
import { captures, isBlocked, isSamePort } from '../traffic/verdicts.ts';
import type { Effect, LikelyCause } from './causes.ts';
import { settingValue } from './settings.ts';
import { writerInto, writerOf } from './writers.ts';

/** Why packets fare differently, as the guilty rules and what is around them show it. */
export function likelyCause(group: Group, context: Context): LikelyCause {
  const { code, input, causes } = group;
  const { older, pod } = context;
  if (older !== null) return { kind: 'other-release', left: false, release: releasesInWords(older) };
  if (input?.keys.includes('istioVersion'))
    return { kind: 'other-release', left: true, release: input.config.istioVersion };
  const [cause] = causes;
  const dormant = dormantTable(cause, pod.ruleset);
  if (dormant !== null) return { kind: 'dormant', table: dormant.name };
  if (code === 'NAT0105') return goneLayout(context);
  if (code === 'NAT0901' || code === 'NAT0106') return lostParts(cause, context);
  if (code === 'NAT0601' && cause.intruder === null) return goneLayout(context, 'ipv6');
  if (code === 'NAT0602') return { kind: 'setting', keys: ['enableIpv6'], stray: true, several: true };
  if (input !== undefined) return { kind: 'setting', keys: input.keys, stray: input.lost.length === 0, several: true };
  return ofRules(group, context);
}

/** Whole tables or chains are missing, or there is nothing, or the rules are the other data plane's. */
function lostParts({ class: { live, expected } }: Cause, context: Context): LikelyCause {
  const { config, pod } = context;
  if (istioTables(pod.ruleset).length === 0) return goneLayout(context);
  if (!planesOf(pod.ruleset).has(config.dataplane)) return { kind: 'other-plane', both: false };
  // REDIRECT is in nat and TPROXY in mangle.
  if (live.verdict.kind !== expected.verdict.kind && isSamePort(live.verdict, expected.verdict))
    return { kind: 'setting', keys: ['interceptionMode'], stray: false, several: true };
  return { kind: 'part-gone' };
}

function ofRules({ code, causes }: Group, context: Context): LikelyCause {
  const [cause] = causes;
  const { intruder, missing, order } = cause;
  const live = context.pod.ruleset;
  if (intruder !== null && isGuardrail(intruder)) return { kind: 'guard' };
  if (intruder !== null && !isAboutIstio(intruder))
    return { kind: 'foreign', writer: writerOf(intruder, live), effect: effectOf(causes) };
  const guilty = intruder ?? missing;
  const key = guilty === null || context.config.dataplane === 'ambient' ? null : keyOf(code, guilty.rule, cause);
  if (key !== null && (intruder !== null || isSet(key, context.config)))
    return { kind: 'setting', keys: [key], stray: intruder !== null, several: false };
  if (intruder !== null) return { kind: 'by-hand' };
  if (missing !== null) return flushed(causes, context) ?? { kind: 'rule-lost', several: isSeveral(causes) };
  if (order !== null && (order.early !== null || order.late !== null) && !isByPolicy(cause, context))
    return { kind: 'order' };
  return byPolicy(causes, context);
}

function isByPolicy(cause: Cause, { pod }: Context): boolean {
  return droppingChains(cause, pod.ruleset).length > 0;
}

function byPolicy(causes: readonly Cause[], { pod }: Context): LikelyCause {
  const homes = causes.flatMap((cause) => droppingChains(cause, pod.ruleset));
  const names = new Set(homes.map(({ table, chain }) => `${table.name} ${chain.name}`));
  const writer = writerInto(
    homes.map(({ chain }) => chain),
    pod.ruleset,
  );
  return { kind: 'policy', writer, chains: [...names] };
}

function flushed(causes: readonly Cause[], { layout }: Context): LikelyCause | null {
  const all = causes.flatMap(missingOf);
  const bare = all.find(({ table }) => {
    const rules = rulesOf({ tables: [table] });
    return rules.length > 1 && rules.every((where) => layout.liveCount(where) === 0);
  });
  if (bare !== undefined) return { kind: 'flushed', what: `the table ${bare.table.name}` };
  const chain = all.find((one) => layout.isFlushed(one.table, one.chain))?.chain;
  return chain === undefined ? null : { kind: 'flushed', what: chain.name };
}

function isSeveral(causes: readonly Cause[]): boolean {
  return new Set(causes.flatMap(missingOf).map(({ rule }) => rule)).size > 1;
}

function effectOf(causes: Group['causes']): Effect {
  const [{ class: first }] = causes;
  const { live } = first;
  if (causes.some((cause) => isBlocked(cause.class.live.verdict))) return 'blocks';
  if (captures(live.verdict) || live.verdict.kind === 'dnat') return 'diverts';
  return live.verdict.kind === 'accept' ? 'lets by' : 'other';
}

/** The input that Istio writes such a rule for: an exclusion lets packets go, a list of what is captured leads on. */
const KEYS: Readonly<Partial<Record<Group['code'], (rule: Rule, cause: Cause) => ConfigKey | null>>> = {
  NAT0101: (rule) => (traitsOf(rule).destinationPort ? 'inboundPortsInclude' : null),
  NAT0102: includedOutbound,
  NAT0104: (_, { class: { hook } }) => (hook === 'PREROUTING' ? 'inboundCapturePort' : 'proxyPort'),
  NAT0114: () => 'dropInvalid',
  NAT0201: inboundPorts,
  NAT0202: inboundPorts,
  NAT0203: outboundPorts,
  NAT0204: outboundPorts,
  NAT0205: ranges,
  NAT0206: ranges,
  NAT0210: (rule) => (letsGo(rule) ? 'excludeInterfaces' : 'rerouteVirtualInterfaces'),
  NAT0305: (rule) => (isByGroup(rule) ? 'ownerGroupsExclude' : 'proxyUid'),
  NAT0307: (rule) => (traitsOf(rule).notOwner ? 'ownerGroupsInclude' : 'ownerGroupsExclude'),
  NAT0406: () => 'redirectDns',
};

function inboundPorts(rule: Rule): ConfigKey {
  return letsGo(rule) ? 'inboundPortsExclude' : 'inboundPortsInclude';
}

function outboundPorts(rule: Rule): ConfigKey {
  return letsGo(rule) ? 'outboundPortsExclude' : 'outboundPortsInclude';
}

function ranges(rule: Rule): ConfigKey {
  return letsGo(rule) ? 'outboundIpRangesExclude' : 'outboundIpRangesInclude';
}

function includedOutbound(rule: Rule): ConfigKey | null {
  const { destinationPort, destination } = traitsOf(rule);
  if (letsGo(rule) || !(destinationPort || destination)) return null;
  return destinationPort ? 'outboundPortsInclude' : 'outboundIpRangesInclude';
}

function keyOf(code: Group['code'], rule: Rule, cause: Cause): ConfigKey | null {
  return KEYS[code]?.(rule, cause) ?? null;
}

/** Whether somebody set it: of an exclusion that nobody set, only the reserved ports of Istio's own can be missing. */
function isSet(key: ConfigKey, config: Config): boolean {
  return settingValue(key, config) !== '';
}

function isByGroup({ matches }: Rule): boolean {
  return matches.some(
    (match) =>
      match.kind === 'owner' && match.uid === undefined && match.gid !== undefined && match.gid.value.from !== PROXY_ID,
  );
}

/**
 * Whether a layout was ever there, or its half of a family. Flushing rules leaves chains, and nobody flushes the routing
 * and the address ::6 that Istio adds beside them; a new network namespace has none of it.
 */
export function goneLayout(context: Context, family?: Family): LikelyCause {
  const sign = signOfLayout(context, family);
  if (sign !== null) return { kind: 'gone', how: 'lost', sign, ...(family && { family }) };
  return { kind: 'gone', how: wouldShow(context) ? 'never' : 'unknown', sign: '', ...(family && { family }) };
}

/** Only where Istio would have left something to see does its absence say anything. */
function wouldShow({ pod, routing, config }: Context): boolean {
  if (pod.routing === null) return false;
  const hasIpv6 = pod.routing.addresses.some((address) => address.family === 'ipv6');
  return routing.rules.length > 0 || (config.dataplane === 'sidecar' && config.enableIpv6 && hasIpv6);
}

function signOfLayout({ pod, routing }: Context, family?: Family): string | null {
  const tables = pod.ruleset.tables.filter((table) => family === undefined || table.family === family);
  if (hasIstioChains({ tables })) return "Istio's chains are still here, and empty";
  const seen = pod.routing ?? { rules: [], addresses: [] };
  if (seen.addresses.some(({ address }) => address === PASSTHROUGH.ipv6))
    return `lo still has the address ${PASSTHROUGH.ipv6} that Istio adds`;
  const wanted = routing.rules.filter((rule) => family === undefined || rule.family === family);
  const isHere = wanted.some(({ table, mark }) =>
    seen.rules.some((rule) => rule.table === table && rule.mark?.value === mark?.value),
  );
  return isHere ? "Istio's policy routing is still here" : null;
}

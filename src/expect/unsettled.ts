import { isIstioChainName } from '../istio/names.ts';
import { isPortsMatch, type Match } from '../model/match.ts';
import { isCovered, type Obstacle, type Pod } from '../model/pod.ts';
import type { InputOrigin } from '../model/report.ts';
import { findChain, type Rule, rulesOf, type Table } from '../model/ruleset.ts';
import { isWhole } from '../rules/agreement.ts';
import { ruleKey } from '../rules/rule-key.ts';
import type { Context } from './context.ts';
import { heldBack } from './held-back.ts';
import { cutListings, cutPorts, cutRules, undeclaredHooks } from './lost-lines.ts';

/**
 * Why nothing can be said of what is missing or different: the text need not show it (a chain alone, a table left out, what
 * was handed to iptables-restore), or shows that it was damaged. Only rules that are as expected are taken at their word
 * there. One reason is enough.
 */
export function unsettled(context: Context): Obstacle[] {
  const { different, layout, pod } = context;
  if (pod.obstacles.some(({ lost }) => lost !== undefined)) return [];
  if (different.length === 0 && layout.isComplete()) return undeclaredHooks(context);
  const found = [
    asked,
    onlyChains,
    namedOnly,
    withoutPorts,
    withoutNat,
    withoutIpv6Nat,
    cutRules,
    cutPorts,
    cutListings,
    undeclaredHooks,
  ].flatMap((of) => of(context));
  return found.slice(0, 1);
}

/** Inputs that decide what stands in other tables, and that rules in nat tell. */
const TOLD_BY_NAT = ['interceptionMode', 'inboundPortsInclude', 'redirectDns', 'dropInvalid'] as const;

function isGuess(origin: InputOrigin | undefined): boolean {
  return origin === undefined || origin === 'inferred' || origin === 'default';
}

/** Istio's redirects stand in nat: without it, what other tables were written from can only be guessed. */
function withoutNat({ pod, expected, families, origin }: Context): Obstacle[] {
  if (!TOLD_BY_NAT.some((key) => isGuess(origin[key]))) return [];
  const isSeen = (family: Table['family']) => family === 'inet' || families.includes(family);
  const nat = expected.tables.find((table) => isNat(table) && isSeen(table.family) && !isCovered(pod, table));
  return nat === undefined ? [] : natNotShown(pod, nat);
}

const IPV6_NAT = { family: 'ipv6', name: 'nat', backend: 'iptables' } as const;

/** Whether Istio handles IPv6 at all is told by nat of IPv6 alone; releases before 1.5 write into filter where it does not. */
function withoutIpv6Nat({ pod, expected, families, origin }: Context): Obstacle[] {
  const isOfIptables = expected.tables.some(({ backend }) => backend !== 'nftables');
  const isGuessed = isOfIptables && families.includes('ipv6') && isGuess(origin.enableIpv6);
  return isGuessed && !isCovered(pod, IPV6_NAT) ? natNotShown(pod, IPV6_NAT) : [];
}

function natNotShown({ shown: [first] = [] }: Pod, { name, backend }: Pick<Table, 'name' | 'backend'>): Obstacle[] {
  if (first === undefined) return [];
  const command = backend === 'nftables' ? '`nft list ruleset`' : 'iptables-save';
  const message = `${first.source} does not show the table ${name}, by which one could tell what the others were written from`;
  return heldBack('NAT1004', message, `Give the output of ${command}, whole`);
}

function isNat({ chains }: Table): boolean {
  return chains.some(({ base, rules }) => base?.type === 'nat' || rules.some(redirects));
}

function redirects({ targets }: Rule): boolean {
  return targets.some(({ kind }) => kind === 'redirect');
}

/** iptables-restore adds to what is there, and what it was given once says nothing of what came before or after. */
function asked({ pod }: Context): Obstacle[] {
  const shown = pod.shown ?? [];
  const [first] = shown;
  if (first === undefined || shown.some(({ form }) => form !== 'restore')) return [];
  return heldBack(
    'NAT1004',
    `${first.source} shows what was asked for and not what the kernel holds, and that is not all that Istio writes: other rules may be there all the same`,
    'Give what iptables-save prints in the network namespace of the pod',
  );
}

/** What `nft list chain` prints looks like a table that has no other chains, where Istio writes to others as well. */
function onlyChains({ pod, expected }: Context): Obstacle[] {
  const first = (pod.alone ?? []).find(({ table: name }) => {
    const shown = pod.ruleset.tables.find((one) => one.name === name);
    const own = expected.tables.filter((one) => one.name === name).flatMap(({ chains }) => chains);
    return own.some((chain) => chain.rules.length > 0 && !(shown && findChain(shown, chain.name)));
  });
  if (first === undefined) return [];
  return heldBack(
    'NAT1004',
    `${first.source} shows one chain of the table ${first.table}, and no command above it says that there are no others`,
    'Give the output of `nft list ruleset`, whole',
  );
}

/** nft names a module of xtables in JSON and not what the rule asks of it: such rules look alike in every release and mode. */
function namedOnly({ pod, expected, origin }: Context): Obstacle[] {
  if ((pod.shown ?? []).length === 0) return [];
  const told = origin.istioVersion === 'inferred' ? rulesOf(expected).map(({ chain }) => chain.name) : [];
  const own = new Set(told);
  const first = pod.ruleset.tables
    .flatMap(({ chains }) => chains)
    .filter(({ name }) => isIstioChainName(name) || own.has(name))
    .flatMap(({ rules }) => rules)
    .find((rule) => !isWhole(rule));
  if (first === undefined) return [];
  return heldBack(
    'NAT1004',
    `${first.origin.source} names modules of xtables in rules of chains that Istio writes to, without what the rules ask of them (line ${first.origin.line}: ${first.text})`,
    'Give the output of iptables-nft-save, which prints them in full',
  );
}

/**
 * iptables-nft before 1.8.8 leaves the ports and marks out of rules that a newer one wrote, without a word (seen with 1.8.7
 * and rules of 1.8.9). Where no rule of Istio's chains has any, one that has all else may be the expected one. What is
 * left of rules that nobody writes is seen without knowing what is expected (parse/iptables/older-tool.ts).
 */
function withoutPorts({ pod, expected, layout }: Context): Obstacle[] {
  const own = pod.ruleset.tables.flatMap(({ backend, chains }) =>
    backend === 'iptables-legacy' || backend === 'nftables' ? [] : chains.filter(({ name }) => isIstioChainName(name)),
  );
  if (own.length === 0 || own.some(({ rules }) => rules.some(({ matches }) => matches.some(namesPort)))) return [];
  const hidden = rulesOf(expected)
    .filter((where) => where.rule.matches.some(namesPort) && layout.liveCount(where) === 0)
    .flatMap(({ table: { family }, chain, rule }) => {
      const key = ruleKey({ ...rule, matches: rule.matches.filter((match) => !namesPort(match)) }, family);
      const alike = own.filter(({ name }) => name === chain.name).flatMap(({ rules }) => rules);
      return alike.filter((one) => ruleKey(one, family) === key);
    });
  const [first] = hidden;
  if (first === undefined) return [];
  const { source, line } = first.origin;
  return heldBack(
    'NAT1004',
    `no rule of Istio's chains names a port or a mark (line ${line} of ${source}: ${first.text}), and iptables before 1.8.8 leaves them out where a newer one wrote the rules`,
    'Give the output of `nft list ruleset`, or of the iptables that wrote the rules',
  );
}

/** What iptables-nft 1.8.8 and newer write with expressions of nft's own; modules of xtables are shown by all. */
function namesPort(match: Match): boolean {
  if (!isPortsMatch(match)) return match.kind === 'mark';
  return match.sourcePort !== undefined || match.destinationPort !== undefined;
}

import { nativeTable } from '../istio/names.ts';
import { PORT } from '../istio/ports.ts';
import type { LayoutOptions } from '../layout/index.ts';
import type { Rule, Table } from '../model/ruleset.ts';

/** What no input says, as the rules have it. */
export function optionsFromRules(live: readonly Table[]): LayoutOptions {
  return { ...kubeletFromRules(live), dnsAgent: sendsDnsToAgent(live) };
}

/**
 * Whether the rules of 1.7 are those of the variable DNS_AGENT. Of each form there are two rules in nat, by either of which
 * it is known: one of both forms was changed.
 */
function sendsDnsToAgent(live: readonly Table[]): boolean {
  const rules = live.filter(({ family, name }) => family === 'ipv4' && name === 'nat').flatMap(({ chains }) => chains);
  const ports = new Set(rules.flatMap((chain) => (chain.base === undefined ? [] : chain.rules.flatMap(portsOfDns))));
  return ports.has(PORT.dns) && !ports.has(PORT.envoyDns);
}

/** The port that queries are sent to, or that their source is rewritten for. */
function portsOfDns({ matches, targets }: Rule): number[] {
  const sent = targets.flatMap((target) => (target.kind === 'dnat' ? (target.ports?.from ?? []) : []));
  const isAnswered = targets.some(({ kind }) => kind === 'snat');
  const to = matches.flatMap((match) => (match.kind === 'udp' ? (match.destinationPort?.value ?? []) : []));
  return [...sent, ...(isAnswered ? to.map(({ from }) => from) : [])];
}

/**
 * The user that the rules on a node take for the kubelet. Istio's agent finds it among the node's processes, so it is
 * no input and is seen nowhere but in the rules.
 */
function kubeletFromRules(live: readonly Table[]): LayoutOptions {
  const nodes = live.filter(({ family, name }) => family === 'inet' && nativeTable(name)?.dataplane === 'ambient');
  const chains = nodes.flatMap(({ chains }) => chains.filter(({ base }) => base?.hook === 'POSTROUTING'));
  const rules = chains.flatMap((chain) => chain.rules.filter(({ targets }) => targets.at(-1)?.kind === 'snat'));
  for (const { uid } of rules.flatMap(({ matches }) =>
    matches.flatMap((match) => (match.kind === 'owner' ? [match] : [])),
  )) {
    if (uid && !uid.negated && uid.value.from === uid.value.to) return { kubeletUid: uid.value.from };
  }
  return {};
}

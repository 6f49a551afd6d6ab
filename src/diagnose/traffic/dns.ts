import type { Context } from '../../expect/context.ts';
import { isIstioChain } from '../../istio/chains.ts';
import { goesToDnsProxy, isToDnsProxy } from '../../istio/dns.ts';
import type { Match } from '../../model/match.ts';
import { remembered } from '../../model/remembered.ts';
import { type Rule, type Ruleset, rulesOf, type Table } from '../../model/ruleset.ts';
import type { TrafficCode } from '../catalogue/index.ts';
import type { Cause } from './cause.ts';

const DNS = 53;

/**
 * The code for DNS capture that is there and should not be, or the other way round: it is spread over the redirects, the
 * conntrack zones and the owner rules, which make an exception for port 53, and all of that is one fault.
 */
export function wholeDnsCode(cause: Cause, context: Context): TrafficCode | null {
  const live = capturesDns(context.pod.ruleset);
  // Without a resolver that Istio could name, some releases write all but the redirects.
  const isMeant = context.config.dataplane === 'sidecar' && context.config.redirectDns && !live;
  const expected = isMeant || capturesDns(context.expected);
  if (live === expected || !isAboutDns(cause)) return null;
  return live ? 'NAT0406' : 'NAT0401';
}

/** Asked again for each guilty rule. */
const capturesDns = remembered(leadsToDnsProxy);

function leadsToDnsProxy(ruleset: Ruleset): boolean {
  return rulesOf(ruleset).some(({ table, chain, rule }) => {
    const toProxy = rule.targets.some(isToDnsProxy);
    // Before 1.23 the udp redirects are in OUTPUT itself.
    return toProxy && (isIstioChain(table, chain) || chain.base?.hook === 'OUTPUT');
  });
}

/** Whether a table is there for DNS alone: Istio assigns conntrack zones (raw) for nothing else. */
export function isForDns({ chains }: Table): boolean {
  return chains.some(({ rules }) => rules.some(({ targets }) => targets.some(({ kind }) => kind === 'ct')));
}

/** A class whose witness has port 53 is about that port: any other would have been preferred. */
function isAboutDns({ unexpected, lacking, class: { witness, live, expected } }: Cause): boolean {
  if (witness.destinationPort === DNS || goesToDnsProxy(live.verdict) || goesToDnsProxy(expected.verdict)) return true;
  return [...unexpected, ...lacking].some(({ rule }) => namesDns(rule));
}

/** Whether a rule has port 53 in a condition, or assigns a conntrack zone, which Istio does for DNS only. */
function namesDns(rule: Rule): boolean {
  return rule.matches.some(namesDnsPort) || rule.targets.some((target) => target.kind === 'ct' && !target.notrack);
}

function namesDnsPort(match: Match): boolean {
  const covers = ({ from, to }: { from: number; to: number }) => from <= DNS && to >= DNS && to - from < 1024;
  if (match.kind === 'multiport') return match.ports.some(covers);
  return 'destinationPort' in match && (match.destinationPort?.value.some(covers) ?? false);
}

import type { Context } from '../../expect/context.ts';
import { isAboutIstio } from '../../istio/chains.ts';
import { goesToDnsProxy } from '../../istio/dns.ts';
import { isIstioChainName } from '../../istio/names.ts';
import { type RuleReference, rulesOf } from '../../model/ruleset.ts';
import { goes } from '../../model/target-effects.ts';
import type { TrafficCode } from '../catalogue/index.ts';
import type { Cause } from './cause.ts';
import { letsGo, traitsOf } from './traits.ts';
import { captures, sameTarget } from './verdicts.ts';

/** The code of the catalogue for a cause. First what became of the packets, then which rule is guilty. */
export function nameOf(cause: Cause, context: Context): TrafficCode {
  const { live, expected } = cause.class;
  if (live.verdict.kind === 'drop' || live.verdict.kind === 'reject') return 'NAT0109';
  if (expected.verdict.kind === 'drop') return 'NAT0114';
  if (goesToDnsProxy(expected.verdict) && !sameTarget(live.verdict, expected.verdict)) return nameDns(cause);
  if (sameTarget(live.verdict, expected.verdict))
    return live.verdict.ctZone === expected.verdict.ctZone ? 'NAT0501' : 'NAT0402';
  if (cause.intruder) return nameIntruder(cause, cause.intruder);
  if (cause.missing) return nameMissing(cause, cause.missing, context);
  return nameOrder(cause);
}

/** An interface that is excluded too late is a matter of interfaces; all other wrong orders are alike. */
function nameOrder({ order }: Cause): TrafficCode {
  const late = order?.late ?? null;
  return late !== null && traitsOf(late.rule).interface ? 'NAT0210' : 'NAT0107';
}

/** DNS that does not reach the agent, unless a rule of somebody else's takes it away: to another port of Istio's is none. */
function nameDns(cause: Cause): TrafficCode {
  const isOthers =
    cause.intruder !== null && !isAboutIstio(cause.intruder) && !goesToDnsProxy(cause.class.live.verdict);
  if (cause.intruder && isOthers) return nameIntruder(cause, cause.intruder);
  return cause.intruder || cause.missing ? 'NAT0401' : 'NAT0107';
}

/** A rule that Istio did not write decides: named by where it is and what it looks at. */
function nameIntruder(cause: Cause, intruder: RuleReference): TrafficCode {
  const { live, expected, hook } = cause.class;
  const traits = traitsOf(intruder.rule);
  if (!isAboutIstio(intruder)) {
    if (letsGo(intruder.rule) && traits.owner) return 'NAT0305';
    return letsGo(intruder.rule) && traits.interface && !traits.destinationPort ? 'NAT0210' : 'NAT0109';
  }
  if (goesToDnsProxy(live.verdict)) return 'NAT0406';
  if (captures(live.verdict) && captures(expected.verdict)) return 'NAT0104';
  if (captures(live.verdict)) return nameUnwantedCapture(cause, intruder);
  if (traits.owner) return 'NAT0305';
  if (traits.notOwner) return 'NAT0307';
  if (traits.interface) return 'NAT0210';
  if (traits.destinationPort) return hook === 'PREROUTING' ? 'NAT0201' : 'NAT0203';
  if (traits.destination) return 'NAT0205';
  return hook === 'PREROUTING' ? 'NAT0101' : 'NAT0102';
}

/** Packets that should be left alone are captured by a rule that was added. */
function nameUnwantedCapture({ class: { hook } }: Cause, intruder: RuleReference): TrafficCode {
  const traits = traitsOf(intruder.rule);
  if (hook === 'PREROUTING') return traits.interface ? 'NAT0210' : 'NAT0202';
  return traits.destinationPort ? 'NAT0204' : 'NAT0206';
}

/** A rule of Istio's is not there: named by what it was for. */
function nameMissing(cause: Cause, missing: RuleReference, context: Context): TrafficCode {
  const { expected, hook } = cause.class;
  const traits = traitsOf(missing.rule);
  if (traits.mark && missing.table.name.includes('mangle') && !captures(expected.verdict)) return 'NAT0501';
  if (expected.verdict.mark !== undefined && !captures(expected.verdict)) return 'NAT0501';
  if (traits.owner || traits.notOwner) return nameMissingOwner(missing, context);
  if (captures(expected.verdict) || (expected.verdict.kind === 'undetermined' && leadsToIstio(missing))) {
    if (hook === 'PREROUTING') return traits.interface ? 'NAT0210' : 'NAT0101';
    return 'NAT0102';
  }
  if (traits.interface) return 'NAT0210';
  if (traits.source) return 'NAT0301';
  if (traits.destinationPort) return hook === 'PREROUTING' ? 'NAT0202' : 'NAT0204';
  return 'NAT0206';
}

/** What becomes of packets there may hang on a socket (`-m socket`), but capture is what the rule is for. */
function leadsToIstio({ rule }: RuleReference): boolean {
  return rule.targets.some((target) => goes(target, 'calls') && isIstioChainName(target.chain));
}

/** All exemptions of the proxy gone: a loop. Some: a gap. Rules about other owners: owner groups. */
function nameMissingOwner(missing: RuleReference, context: Context): TrafficCode {
  const { owner, ownerMatches } = traitsOf(missing.rule);
  if (ownerMatches > 1 || !namesProxy(missing, context)) return 'NAT0307';
  const exemptions = rulesOf(context.expected).filter((where) => isExemption(where, missing));
  const present = exemptions.filter((where) => context.layout.liveCount(where) > 0);
  return owner && letsGo(missing.rule) && present.length === 0 ? 'NAT0301' : 'NAT0304';
}

function namesProxy({ rule }: RuleReference, { config }: Context): boolean {
  return rule.matches.some((match) => {
    if (match.kind !== 'owner') return false;
    const uid = match.uid && config.proxyUid.includes(match.uid.value.from);
    const gid = match.gid && config.proxyGid.includes(match.gid.value.from);
    return Boolean(uid || gid);
  });
}

/** The plain `owner RETURN` rules of the same chain: what lets the proxy's own traffic out. */
function isExemption(where: RuleReference, like: RuleReference): boolean {
  const { table, chain, rule } = where;
  const samePlace =
    table.family === like.table.family && table.name === like.table.name && chain.name === like.chain.name;
  const onlyOwner = rule.matches.every(({ kind }) => kind === 'owner');
  return samePlace && onlyOwner && traitsOf(rule).owner && letsGo(rule);
}

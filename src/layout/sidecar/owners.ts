import { IN_REDIRECT, OUT } from '../../istio/iptables-chains.ts';
import type { Match } from '../../model/match.ts';
import { type Clause, dports, from, gid, jump, not, outInterface, RETURN, tcp, tcpDport, to, uid } from '../clauses.ts';
import { type GroupSpelling, iptablesGroup, ownerGroup } from '../groups.ts';
import type { Plan } from './plan.ts';

const onLo = outInterface('lo');

/** What the proxy sends to the application after inbound capture carries this source and passes. */
export function returnPassthrough(plan: Plan): void {
  if (plan.has('passthrough-source')) plan.nat.append(OUT, [onLo, from(plan.passthrough)], RETURN);
}

/** Three rules for each uid and then each gid of the proxy. */
export function sparesProxy(plan: Plan): void {
  for (const id of plan.config.proxyUid) spareOwner(plan, uid(id), plan.dns !== 'off');
  // The gid rule was never taught to leave DNS over tcp alone.
  for (const id of plan.config.proxyGid) spareOwner(plan, gid(id), false);
}

function spareOwner(plan: Plan, owner: Match, sparesDns: boolean): void {
  // The proxy calls its own pod by the service address: enters by the inbound side.
  const own = [onLo, not(to(plan.loopback)), ...sparedPorts(plan, sparesDns), owner];
  plan.nat.append(OUT, own, jump(IN_REDIRECT));
  // The application calls itself: no proxy is in between, unless loopback was included on purpose.
  if (!liftsReturnOnLo(plan)) {
    const others = isDnsByResolver(plan) ? [onLo, tcp, not(tcpDport(53)), not(owner)] : [onLo, not(owner)];
    plan.nat.append(OUT, others, RETURN);
  }
  // Without this the proxy would be redirected to itself for ever.
  plan.nat.append(OUT, [owner], RETURN);
}

function liftsReturnOnLo(plan: Plan): boolean {
  return (
    plan.includesLoopback && plan.has('loopback-include') && (plan.family === 'ipv4' || plan.has('families-alike'))
  );
}

function isDnsByResolver(plan: Plan): boolean {
  return plan.dns !== 'off' && plan.has('dns-by-resolver');
}

function sparedPorts(plan: Plan, sparesDns: boolean): Clause[] {
  const dns = sparesDns && plan.has('dns-by-resolver');
  if (plan.has('tunnel-spared')) {
    const tunnel = plan.config.inboundTunnelPort;
    return [tcp, dns ? not(dports(53, tunnel)) : not(tcpDport(tunnel))];
  }
  return dns ? [tcp, not(tcpDport(53))] : [];
}

/** The conditions under which owner groups keep a packet out of capture; one rule each. */
export function ownerGroupExemptions(
  { config, has, resolveGroup }: Pick<Plan, 'config' | 'has' | 'resolveGroup'>,
  spell: GroupSpelling = iptablesGroup,
): Match[][] {
  const { ownerGroupsInclude, ownerGroupsExclude } = config;
  if (!has('owner-groups')) return [];
  if (ownerGroupsInclude !== '*') {
    return [ownerGroupsInclude.map((group) => ownerGroup(group, true, resolveGroup, spell))];
  }
  return ownerGroupsExclude.map((group) => [ownerGroup(group, false, resolveGroup, spell)]);
}

/** With `*`, a rule for each excluded group; with a list, one rule for everybody outside all of them. */
export function returnOwnerGroups(plan: Plan): void {
  for (const outside of ownerGroupExemptions(plan)) plan.nat.append(OUT, outside, RETURN);
}

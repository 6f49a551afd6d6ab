import { IN_REDIRECT, OUT, REDIRECT } from '../../istio/iptables-chains.ts';
import { ACCEPT, gid, inInterface, jump, LOOPBACK_V6, not, outInterface, RETURN, to, uid } from '../clauses.ts';
import { captureInbound, redirectChains } from './inbound.ts';
import { captureIncludedRanges, enterOutputChain, returnExcludedPorts, returnExcludedRanges } from './outbound.ts';
import { returnPassthrough } from './owners.ts';
import type { Plan } from './plan.ts';

/** The steps of the shell script of 1.0 – 1.4 for one family, in its order. */
export function programScript(plan: Plan): void {
  // The script takes its own old rules out of mangle first, which registers the table in the legacy variant.
  if (plan.has('cleanup-registers-mangle')) plan.mangle.register();
  redirectChains(plan);
  captureInbound(plan);
  enterOutputChain(plan);
  returnExcludedPorts(plan);
  returnPassthrough(plan);
  const ownService = jump(plan.has('own-service-to-inbound') ? IN_REDIRECT : REDIRECT);
  plan.nat.append(OUT, [outInterface('lo'), not(to(plan.loopback))], ownService);
  for (const owner of [...plan.config.proxyUid.map(uid), ...plan.config.proxyGid.map(gid)]) {
    plan.nat.append(OUT, [owner], RETURN);
  }
  returnExcludedRanges(plan);
  captureIncludedRanges(plan);
}

/** Without IPv6 capture the script let no new IPv6 connection in at all. */
export function refuseIpv6(plan: Plan): void {
  const established = { kind: 'state', states: { negated: false, value: ['ESTABLISHED'] } } as const;
  plan.filter.append('INPUT', [established], ACCEPT);
  if (plan.has('ipv6-nat')) plan.filter.append('INPUT', [to(LOOPBACK_V6), inInterface('lo')], ACCEPT);
  plan.filter.append('INPUT', [], { kind: 'reject', with: 'icmp6-port-unreachable' });
}

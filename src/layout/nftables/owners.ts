import { IN_REDIRECT, OUT } from '../../istio/native-chains.ts';
import type { Match } from '../../model/match.ts';
import { gid, jump, not, outInterface, RETURN, tcpDport, tcpDports, to, uid } from '../clauses.ts';
import { nftablesGroup } from '../groups.ts';
import { ownerGroupExemptions } from '../sidecar/owners.ts';
import { includesLoopback } from '../sidecar/plan.ts';
import type { NativePlan } from './plan.ts';

const onLo = outInterface('lo');

/** Three rules for each uid and then each gid of the proxy, then those for owner groups. */
export function spareOwners(plan: NativePlan): void {
  const tunnel = plan.config.inboundTunnelPort;
  const ports = plan.dns ? tcpDports(53, tunnel) : tcpDport(tunnel);
  for (const id of plan.config.proxyUid) spareOwner(plan, uid(id), ports);
  // The gid rule was never taught to leave DNS over tcp alone.
  for (const id of plan.config.proxyGid) spareOwner(plan, gid(id), tcpDport(tunnel));
  for (const outside of ownerGroupExemptions(plan, nftablesGroup)) plan.nat.append(OUT, outside, RETURN);
}

function spareOwner({ config, nat, families, dns }: NativePlan, owner: Match, sparedPorts: Match): void {
  for (const { loopback } of families) {
    nat.append(OUT, [onLo, not(to(loopback)), not(sparedPorts), owner], jump(IN_REDIRECT));
  }
  if (!includesLoopback(config)) {
    nat.append(OUT, dns ? [onLo, not(tcpDport(53)), not(owner)] : [onLo, not(owner)], RETURN);
  }
  nat.append(OUT, [owner], RETURN);
}

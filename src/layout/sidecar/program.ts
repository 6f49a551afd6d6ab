import { captureDnsInChain, captureTcpDns, captureUdpDns } from './dns.ts';
import { captureEveryUdpQuery, captureTcpDnsInRedirect } from './dns-listener.ts';
import { captureInbound, dropInvalid, redirectChains, returnTunnelPort } from './inbound.ts';
import { returnExcludedInterfaces, returnVirtualInterfaces } from './interfaces.ts';
import {
  captureIncludedPorts,
  captureIncludedRanges,
  enterOutputChain,
  returnExcludedPorts,
  returnExcludedRanges,
} from './outbound.ts';
import { returnOwnerGroups, returnPassthrough, sparesProxy } from './owners.ts';
import type { Plan } from './plan.ts';
import { keepMarks, markLoopback } from './tproxy.ts';

/** The steps of istio-iptables (1.5 and later) for one family, in its order. */
export function program(plan: Plan): void {
  returnExcludedInterfaces(plan);
  returnVirtualInterfaces(plan, 'first');
  dropInvalid(plan);
  returnTunnelPort(plan);
  if (plan.has('dns-agent') && !plan.has('dns-by-resolver')) captureTcpDnsInRedirect(plan);
  redirectChains(plan);
  captureInbound(plan);
  enterOutputChain(plan);
  returnExcludedPorts(plan);
  returnPassthrough(plan);
  sparesProxy(plan);
  returnOwnerGroups(plan);
  if (plan.has('dns-chain')) captureDnsInChain(plan);
  else if (plan.has('dns-by-resolver')) captureTcpDns(plan);
  returnExcludedRanges(plan);
  captureIncludedPorts(plan);
  captureIncludedRanges(plan);
  if (plan.has('dns-listener')) captureEveryUdpQuery(plan);
  else if (!plan.has('dns-chain') && plan.has('dns-by-resolver')) captureUdpDns(plan);
  markLoopback(plan);
  keepMarks(plan);
}

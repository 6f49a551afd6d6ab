import { OUT, REDIRECT } from '../../istio/iptables-chains.ts';
import { jump, RETURN, tcp, tcpDport, to, udp, udpDport } from '../clauses.ts';
import { redirectVirtualInterfaces, returnVirtualInterfaces } from './interfaces.ts';
import type { Plan } from './plan.ts';

/** Everything that leaves passes ISTIO_OUTPUT; only tcp did before 1.25. */
export function enterOutputChain(plan: Plan): void {
  plan.nat.append('OUTPUT', plan.has('output-of-all-protocols') ? [] : [tcp], jump(OUT));
  const udpToo = plan.dns !== 'off' && plan.has('dns-in-output-chain') && !plan.has('dns-chain');
  if (udpToo) plan.nat.append('OUTPUT', [udp], jump(OUT));
}

/** Outbound ports that are left alone, ahead of every other outbound rule. */
export function returnExcludedPorts(plan: Plan): void {
  if (!plan.has('outbound-port-excludes')) return;
  for (const port of plan.config.outboundPortsExclude) {
    plan.nat.append(OUT, [tcp, tcpDport(port)], RETURN);
    if (plan.has('outbound-port-excludes-udp')) plan.nat.append(OUT, [udp, udpDport(port)], RETURN);
  }
}

/** Calls to localhost, and excluded ranges. */
export function returnExcludedRanges(plan: Plan): void {
  plan.nat.append(OUT, [to(plan.loopback)], RETURN);
  for (const range of plan.excludes) plan.nat.append(OUT, [to(range)], RETURN);
}

/** Outbound ports that are captured whatever their destination. */
export function captureIncludedPorts(plan: Plan): void {
  const feature = plan.family === 'ipv4' ? 'outbound-port-includes' : 'ipv6-outbound-port-includes';
  if (!plan.has(feature)) return;
  for (const port of plan.config.outboundPortsInclude) plan.nat.append(OUT, [tcp, tcpDport(port)], jump(REDIRECT));
}

/** `*`, a list of ranges, or nothing; virtual interfaces follow the same ranges. */
export function captureIncludedRanges(plan: Plan): void {
  const { includes } = plan;
  returnVirtualInterfaces(plan, 'before-includes');
  if (includes === '*') {
    plan.nat.append(OUT, [], jump(REDIRECT));
    redirectVirtualInterfaces(plan, '*');
    return;
  }
  for (const range of includes) {
    redirectVirtualInterfaces(plan, range);
    plan.nat.append(OUT, [to(range)], jump(REDIRECT));
  }
  if (includes.length > 0 && plan.has('list-ends-in-return')) plan.nat.append(OUT, [], RETURN);
}

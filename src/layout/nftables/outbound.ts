import { OUT, OUTPUT, PREROUTING, REDIRECT } from '../../istio/native-chains.ts';
import { from, jump, outInterface, RETURN, tcpDport, to, udpDport } from '../clauses.ts';
import { cameBy } from './interfaces.ts';
import type { NativePlan } from './plan.ts';

/** Everything that leaves passes istio-output, of either family. */
export function enterOutput({ nat }: NativePlan): void {
  nat.append(OUTPUT, [], jump(OUT));
}

/** Outbound ports that are left alone, tcp and udp. */
export function returnExcludedPorts({ config, nat }: NativePlan): void {
  for (const port of config.outboundPortsExclude) {
    nat.append(OUT, [tcpDport(port)], RETURN);
    nat.append(OUT, [udpDport(port)], RETURN);
  }
}

/** What the proxy sends to the application after inbound capture. */
export function returnPassthrough({ nat, families }: NativePlan): void {
  for (const { passthrough } of families) nat.append(OUT, [outInterface('lo'), from(passthrough)], RETURN);
}

/** Calls to localhost, then excluded ranges. */
export function returnExcluded({ nat, families }: NativePlan): void {
  for (const { loopback } of families) nat.append(OUT, [to(loopback)], RETURN);
  for (const { excludes } of families) for (const range of excludes) nat.append(OUT, [to(range)], RETURN);
}

/** Included ports, then `*` or the included ranges; virtual interfaces follow the ranges. */
export function captureIncluded({ config, nat, families }: NativePlan): void {
  for (const port of config.outboundPortsInclude) nat.append(OUT, [tcpDport(port)], jump(REDIRECT));
  if (config.outboundIpRangesInclude === '*') {
    nat.append(OUT, [], jump(REDIRECT));
    for (const name of config.rerouteVirtualInterfaces) nat.insert(PREROUTING, 1, [cameBy(name)], jump(REDIRECT));
    return;
  }
  for (const range of families.flatMap(({ includes }) => (includes === '*' ? [] : includes))) {
    for (const name of config.rerouteVirtualInterfaces) {
      nat.insert(PREROUTING, 1, [cameBy(name), to(range)], jump(REDIRECT));
    }
    nat.append(OUT, [to(range)], jump(REDIRECT));
  }
}

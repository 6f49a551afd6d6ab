import {
  DIVERT,
  DROP_CHAIN,
  IN,
  IN_REDIRECT,
  OUTPUT,
  PREROUTING,
  REDIRECT,
  TPROXY,
} from '../../istio/native-chains.ts';
import {
  ACCEPT,
  type Clause,
  ctState,
  DROP,
  jump,
  not,
  RETURN,
  redirect,
  setMark,
  tcp,
  tcpDport,
  to,
} from '../clauses.ts';
import { cameBy, leavesBy } from './interfaces.ts';
import type { NativePlan } from './plan.ts';

/** nft prints the states of a set in this order, whatever order they were given in. */
const ESTABLISHED = ctState('ESTABLISHED', 'RELATED');

/** Excluded interfaces return ahead of everything; virtual ones are inserted before them, the last on top. */
export function returnInterfaces({ config, nat, mangle, tproxy }: NativePlan): void {
  for (const name of config.excludeInterfaces) {
    for (const table of tproxy ? [nat, mangle] : [nat]) {
      table.append(PREROUTING, [cameBy(name)], RETURN);
      table.append(OUTPUT, [leavesBy(name)], RETURN);
    }
  }
  for (const name of config.rerouteVirtualInterfaces) nat.insert(PREROUTING, 1, [cameBy(name)], RETURN);
}

/** Only tcp here: the iptables layout drops every INVALID packet. */
export function dropInvalid({ config, mangle }: NativePlan): void {
  if (!config.dropInvalid) return;
  mangle.append(PREROUTING, [tcp, ctState('INVALID')], jump(DROP_CHAIN));
  mangle.append(DROP_CHAIN, [], DROP);
}

/** Three chains that are there whether or not something jumps to them. */
export function redirectChains({ config, nat }: NativePlan): void {
  nat.append(IN, [tcpDport(config.inboundTunnelPort)], RETURN);
  nat.append(REDIRECT, [tcp], redirect(config.proxyPort));
  nat.append(IN_REDIRECT, [tcp], redirect(config.inboundCapturePort));
}

/** Inbound capture: `*` without the exclusions, or a list of ports (exclusions do not apply then), or none. */
export function captureInbound(plan: NativePlan): void {
  const { inboundPortsInclude: ports, inboundPortsExclude } = plan.config;
  if (ports.length === 0) return;
  const table = plan.tproxy ? plan.mangle : plan.nat;
  if (plan.tproxy) tproxyChains(plan);
  table.append(PREROUTING, [tcp], jump(IN));
  if (ports === '*') {
    for (const port of inboundPortsExclude) table.append(IN, [tcpDport(port)], RETURN);
    capture(plan, [tcp, ESTABLISHED], tcp);
  } else {
    for (const port of ports) capture(plan, [ESTABLISHED, tcpDport(port)], tcpDport(port));
  }
}

function capture(plan: NativePlan, ofConnection: readonly Clause[], packets: Clause): void {
  if (plan.tproxy) {
    plan.mangle.append(IN, ofConnection, jump(DIVERT));
    plan.mangle.append(IN, [packets], jump(TPROXY));
  } else {
    plan.nat.append(IN, [packets], jump(IN_REDIRECT));
  }
}

function tproxyChains({ config, mangle, families }: NativePlan): void {
  const marking = setMark(config.inboundTproxyMark);
  mangle.append(DIVERT, [], marking);
  mangle.append(DIVERT, [], ACCEPT);
  for (const { family, loopback } of families) {
    // nft's statement has no mark of its own; a separate one sets it.
    const tproxy = { kind: 'tproxy', port: config.inboundCapturePort, address: 0n, family, mark: NO_MARK } as const;
    mangle.append(TPROXY, [tcp, not(to(loopback))], tproxy, marking, ACCEPT);
  }
}

const NO_MARK = { value: 0, mask: 0 };

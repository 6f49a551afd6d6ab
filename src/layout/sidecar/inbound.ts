import { DIVERT, DROP_CHAIN, IN, IN_REDIRECT, REDIRECT, TPROXY } from '../../istio/iptables-chains.ts';
import { PORT } from '../../istio/ports.ts';
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
import type { Plan } from './plan.ts';

const INVALID = ctState('INVALID');
const ESTABLISHED = ctState('RELATED', 'ESTABLISHED');
const HAS_SOCKET: Clause = { kind: 'opaque', module: 'socket', args: [] };

/** Drops what conntrack cannot assign to a connection, before anything can answer it with a reset. */
export function dropInvalid(plan: Plan): void {
  if (!plan.config.dropInvalid || !plan.has('drop-invalid')) return;
  if (plan.has('drop-chain')) {
    plan.mangle.append('PREROUTING', [INVALID], jump(DROP_CHAIN));
    plan.mangle.append(DROP_CHAIN, [], DROP);
  } else {
    plan.mangle.append('PREROUTING', [INVALID], DROP);
  }
}

/** HBONE connections reach their listener as they are. */
export function returnTunnelPort(plan: Plan): void {
  if (plan.has('tunnel-return')) plan.nat.append(IN, [tcp, tcpDport(plan.config.inboundTunnelPort)], RETURN);
}

/** The two chains that redirect, there whether or not something jumps to them. */
export function redirectChains(plan: Plan): void {
  plan.nat.append(REDIRECT, [tcp], redirect(plan.config.proxyPort));
  plan.nat.append(IN_REDIRECT, [tcp], redirect(inboundPort(plan)));
}

function inboundPort({ config, has }: Plan): number {
  if (has('capture-port')) return config.inboundCapturePort;
  if (has('capture-port-for-all-ports')) {
    return config.inboundPortsInclude === '*' ? config.inboundCapturePort : config.proxyPort;
  }
  // 1.0 – 1.2 had one port for both directions; only a variable (INBOUND_CAPTURE_PORT) could part them.
  return config.inboundCapturePort === PORT.outbound ? config.proxyPort : config.inboundCapturePort;
}

/** Inbound capture: `*` without the exclusions, or a list of ports (exclusions do not apply then), or none. */
export function captureInbound(plan: Plan): void {
  const { inboundPortsInclude: ports, inboundPortsExclude } = plan.config;
  if (ports.length === 0) return;
  if (plan.tproxy) tproxyChains(plan);
  plan.inbound.append('PREROUTING', [tcp], jump(IN));
  if (ports !== '*') {
    for (const port of ports) capture(plan, [tcp, tcpDport(port)]);
    return;
  }
  if (plan.has('ssh-excluded')) plan.inbound.append(IN, [tcp, tcpDport(22)], RETURN);
  for (const port of inboundPortsExclude) plan.inbound.append(IN, [tcp, tcpDport(port)], RETURN);
  // The script forgot this one for IPv6.
  if (!(plan.has('script') && plan.family === 'ipv6')) capture(plan, [tcp]);
}

function capture(plan: Plan, packets: readonly Clause[]): void {
  if (plan.tproxy) {
    const ofConnection = plan.has('socket-divert') ? HAS_SOCKET : ESTABLISHED;
    plan.mangle.append(IN, [...packets, ofConnection], jump(DIVERT));
    // A slip of the script that the Go program took over: with a port list the rule stands twice.
    if (plan.has('socket-divert') && packets.length > 1)
      plan.mangle.append(IN, [...packets, ofConnection], jump(DIVERT));
    plan.mangle.append(IN, packets, jump(TPROXY));
  } else {
    plan.nat.append(IN, packets, jump(IN_REDIRECT));
  }
}

function tproxyChains(plan: Plan): void {
  const { inboundTproxyMark: value, inboundCapturePort, proxyPort } = plan.config;
  plan.mangle.append(DIVERT, [], setMark(value));
  plan.mangle.append(DIVERT, [], ACCEPT);
  plan.mangle.append(TPROXY, [not(to(plan.loopback)), tcp], {
    kind: 'tproxy',
    port: plan.has('tproxy-capture-port') ? inboundCapturePort : proxyPort,
    address: 0n,
    family: plan.family,
    mark: { value, mask: 0xffffffff },
  });
}

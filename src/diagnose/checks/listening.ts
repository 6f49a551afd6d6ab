import type { Socket } from '../../model/socket.ts';
import { finding } from '../check.ts';
import { groupBy } from '../group-by.ts';
import { accepts, type RedirectTarget, redirectTargets } from '../listeners.ts';
import { ruleEvidence } from '../quote.ts';
import type { Evidence, Finding } from '../report.ts';
import { DNS_PROXY_PORTS } from '../traffic/dns.ts';
import { isToldOfZtunnel } from './ambient-sockets.ts';
import { socketCheck, socketEvidence } from './socket-check.ts';

/** Packets are redirected to a port where nobody accepts them: each connection is refused. */
export const proxyListening = socketCheck(
  'proxy-listening',
  'somebody listens on every port that packets are redirected to',
  ['NAT0405', 'NAT0801'],
  (listeners, context) => {
    const { pod, config } = context;
    // Native tables (inet) redirect both families, in a pod that has but one as well.
    const refused = redirectTargets(pod.ruleset).filter(
      (target) =>
        (target.family === 'ipv4' || config.enableIpv6) &&
        !isToldOfZtunnel(target.port, context) &&
        !listeners.some((socket) => accepts(socket, target)),
    );
    const byPort = groupBy(refused, ({ port, protocol }) => `${protocol} ${port}`);
    return byPort.map((targets) => notListening(targets, listeners));
  },
);

function notListening(targets: readonly [RedirectTarget, ...RedirectTarget[]], listeners: readonly Socket[]): Finding {
  const [{ port, protocol }] = targets;
  const near = listeners.filter((socket) => socket.localPort === port && socket.protocol === protocol);
  const rules = new Map(targets.map(({ where }) => [where.rule, ruleEvidence(where)]));
  const families = new Set(targets.map(({ family }) => family));
  const [family] = families;
  const shown: Evidence = { kind: 'command', command: 'ss -ltun', text: `no ${protocol} listener on port ${port}` };
  return finding(DNS_PROXY_PORTS.has(port) ? 'NAT0405' : 'NAT0801', {
    message: `${who(targets)} is redirected to ${protocol} port ${port}, where ${whyRefused(near, families.size)}: it is refused.`,
    ...(families.size === 1 && family !== undefined ? { family } : {}),
    evidence: [...rules.values(), ...(near.length > 0 ? socketEvidence(near) : [shown])],
  });
}

function who(targets: readonly RedirectTarget[]): string {
  const hooks = new Set(targets.map(({ hook }) => hook));
  const families = new Set(targets.map(({ family }) => family));
  const direction = hooks.size > 1 ? 'Traffic' : hooks.has('OUTPUT') ? 'Outbound traffic' : 'Inbound traffic';
  return families.size > 1 || families.has('ipv4') ? direction : `${direction} over IPv6`;
}

function whyRefused(near: readonly Socket[], families: number): string {
  if (near.length === 0) return 'nobody listens';
  const addresses = [...new Set(near.map(({ localAddress }) => localAddress))].join(', ');
  const others = families === 1 && near.some(({ localAddress }) => ['0.0.0.0', '::'].includes(localAddress));
  return others ? `the only listener (${addresses}) is of the other family` : `somebody listens on ${addresses} only`;
}

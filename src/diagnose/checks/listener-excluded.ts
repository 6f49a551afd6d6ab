import { evaluatePacket, Hooks } from '../../evaluate/packet.ts';
import type { Context } from '../../expect/context.ts';
import { isReserved } from '../../istio/ports.ts';
import type { RuleReference } from '../../model/ruleset.ts';
import type { Socket } from '../../model/socket.ts';
import { ruleEvidence } from '../../rules/quote.ts';
import { isInner } from '../../sockets/address.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { socketEvidence, withListeners } from '../sockets/listening.ts';
import { inboundTo } from '../typical-packet.ts';

/** An application serves on a port that inbound capture leaves alone on purpose: callers in the mesh send it mTLS. */
export const listenerExcluded = defineCheck({
  id: 'listener-excluded',
  ofLayout: true,
  description: 'the application listens on no port that inbound capture leaves alone',
  codes: ['NAT0207'],
  run: withListeners((listeners, context) => {
    if (!capturesInbound(context)) return { skipped: 'nothing inbound is to be captured' };
    const live = new Hooks(context.pod.ruleset);
    const intended = new Hooks(context.expected);
    const open = listeners.flatMap((socket) => {
      if (!isApplications(socket, context)) return [];
      const packet = inboundTo(socket.localPort, socket.family === 'ipv6' ? 'ipv6' : 'ipv4', context);
      const { verdict, decidedBy } = evaluatePacket(live, packet);
      // A port that should be captured and is not is an error of its own (NAT0201).
      const meant = evaluatePacket(intended, packet).verdict.kind === 'accept';
      return verdict.kind === 'accept' && meant ? [{ socket, decidedBy }] : [];
    });
    return open.length === 0 ? [] : [leftAlone(open)];
  }),
});

function capturesInbound({ config, families }: Context): boolean {
  const { inboundPortsInclude: include } = config;
  return config.dataplane === 'sidecar' && families.length > 0 && (include === '*' || include.length > 0);
}

function isApplications(socket: Socket, { config }: Context): boolean {
  const { protocol, family, localPort, uid } = socket;
  if (protocol !== 'tcp' || isReserved(localPort, config)) return false;
  if (family === 'ipv6' && !config.enableIpv6) return false;
  return !isInner(socket) && (uid === null || !config.proxyUid.includes(uid));
}

function leftAlone(open: readonly { readonly socket: Socket; readonly decidedBy: RuleReference | null }[]) {
  const ports = [...new Set(open.map(({ socket }) => socket.localPort))].toSorted((a, b) => a - b);
  const rules = new Map(open.flatMap(({ decidedBy }) => (decidedBy ? [[decidedBy.rule, decidedBy] as const] : [])));
  const word = ports.length === 1 ? `port ${ports[0]}` : `ports ${ports.join(', ')}`;
  return finding('NAT0207', {
    message: `The application listens on ${word}, which inbound capture leaves alone as configured: callers in the mesh send mTLS there, and it is the application that gets it.`,
    evidence: [...socketEvidence(open.map(({ socket }) => socket)), ...[...rules.values()].map(ruleEvidence)],
    ports,
  });
}

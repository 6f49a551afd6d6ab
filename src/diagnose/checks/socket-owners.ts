import type { Context } from '../../expect/context.ts';
import { isOtherPlane } from '../../istio/planes.ts';
import { isReserved, PORT, RESERVED } from '../../istio/ports.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Finding } from '../../model/report.ts';
import { isListener, type Socket } from '../../model/socket.ts';
import { hasIstioName } from '../../sockets/proxy.ts';
import { defineCheck } from '../check.ts';
import { finding } from '../finding.ts';
import { isFree } from '../free.ts';
import { socketEvidence, withListeners } from '../sockets/listening.ts';
import { socketsView } from '../sockets/view.ts';

const OTHER_PLANE = 'the rules are those of the other data plane';

/** Why nobody is exempt by uid here: ztunnel is known by its mark, and where nothing is captured nothing is exempt. */
function withoutExemption(context: Context): { readonly skipped: string } | null {
  if (context.config.dataplane === 'ambient') return { skipped: 'ambient exempts nobody by uid' };
  if (isOtherPlane(context.pod.ruleset, context.config.dataplane)) return { skipped: OTHER_PLANE };
  return isFree(context) ? { skipped: 'this kind of pod is not captured' } : null;
}

/** The process that listens on the proxy's outbound port runs as a uid that the rules do not exempt. */
export const proxyOwner = defineCheck({
  id: 'proxy-owner',
  description: 'the proxy runs as the uid that Istio exempts',
  codes: ['NAT0302'],
  withoutRules: true,
  run: withListeners((listeners, context) => {
    const { config } = context;
    const skip = withoutExemption(context);
    if (skip) return skip;
    const wrong = proxySockets(listeners, config.proxyPort).filter((socket) => isCapturedItself(socket, context));
    const [first] = wrong;
    if (!first) return [];
    const gid = groupOf(first, context);
    const group = gid === undefined ? '' : ` and gid ${gid}`;
    const exempt = gid === undefined ? '' : ` and gid ${config.proxyGid.join(', ')}`;
    return [
      finding('NAT0302', {
        message: `The process that listens on port ${config.proxyPort} runs as uid ${first.uid}${group}; the rules exempt uid ${config.proxyUid.join(', ')}${exempt}, so its own connections are redirected back to it.`,
        evidence: socketEvidence(wrong),
      }),
    ];
  }),
});

/** Either id is enough to pass. As root (TPROXY, privileged ports) it is the gid, which not everybody can see. */
function isCapturedItself(socket: Socket, context: Context): boolean {
  const { proxyUid, proxyGid } = context.config;
  const gid = groupOf(socket, context);
  if (socket.uid === null || proxyUid.includes(socket.uid)) return false;
  return gid === undefined ? socket.uid !== 0 : !proxyGid.includes(gid);
}

/** The gid that rules see of a socket's process; undefined when it is not visible. */
function groupOf({ process }: Socket, { pod }: Context): number | undefined {
  return process && pod.processes?.find(({ pid }) => pid === process.pid)?.fsgid;
}

function proxySockets(listeners: readonly Socket[], proxyPort: number): Socket[] {
  return listeners.filter(({ localPort, protocol }) => localPort === proxyPort && protocol === 'tcp');
}

/** A socket under the exempt uid or gid that is not the proxy's: its traffic bypasses the mesh. */
export const applicationAsProxy = defineCheck({
  id: 'application-owner',
  description: "no application runs as the proxy's uid or gid",
  codes: ['NAT0303'],
  withoutRules: true,
  run: withListeners((listeners, context) => {
    const skip = withoutExemption(context);
    if (skip) return skip;
    const suspects = new Set(listeners.filter((socket) => isSuspect(socket, listeners, context)));
    for (const { socket, as } of socketsView(context)?.sockets ?? []) {
      if (as !== undefined && hasExemptId(socket, context)) suspects.add(socket);
    }
    const groups = groupBy([...suspects], holderKey);
    return groups.map((sockets) => asProxy(sockets, context));
  }),
});

/** One finding for each process; without processes for each port that is listened on, and for all connections of a user. */
function holderKey(socket: Socket): string | number {
  return socket.process?.pid ?? (isListener(socket) ? `port ${socket.localPort}` : `uid ${socket.uid}`);
}

function asProxy(sockets: readonly [Socket, ...Socket[]], context: Context): Finding<'NAT0303'> {
  const [{ process, uid }] = sockets;
  const who = process ? `Process ${process.name} (${process.pid})` : 'A process';
  const byUid = uid !== null && context.config.proxyUid.includes(uid);
  const id = byUid ? `uid ${uid}` : `gid ${groupOf(sockets[0], context)}`;
  return finding('NAT0303', {
    message: `${who} ${doing(sockets)} as ${id}, which is the proxy's: what it sends bypasses the mesh.`,
    // Without its process a listener may still be one that a Sidecar resource gave to the proxy.
    severity: process || sockets.some((socket) => !isListener(socket)) ? 'error' : 'warning',
    evidence: socketEvidence(sockets),
  });
}

function doing(sockets: readonly Socket[]): string {
  const ports = [...new Set(sockets.filter(isListener).map(({ localPort }) => localPort))];
  if (ports.length > 0) return `listens on port ${ports.join(', ')}`;
  return `has ${sockets.length} connection${sockets.length === 1 ? '' : 's'}`;
}

/** Whether the rules let a socket's packets through because of its owner. */
function hasExemptId(socket: Socket, context: Context): boolean {
  const { proxyUid, proxyGid } = context.config;
  const gid = groupOf(socket, context);
  return (socket.uid !== null && proxyUid.includes(socket.uid)) || (gid !== undefined && proxyGid.includes(gid));
}

/** Where processes are hidden only tcp counts: the agent asks its upstream resolvers from udp ports of no fixed number. */
function isSuspect(socket: Socket, listeners: readonly Socket[], { config }: Context): boolean {
  const { uid, process } = socket;
  if (uid === null || uid === 0 || !config.proxyUid.includes(uid) || isReserved(socket.localPort, config)) return false;
  if (process === undefined) return socket.protocol === 'tcp';
  const holders = listeners.filter(({ localPort }) => isReserved(localPort, config));
  return !hasIstioName(socket) && !holders.some((holder) => holder.process?.pid === process.pid);
}

/** A port that Istio needs is held by a process of another owner. */
export const reservedPorts = defineCheck({
  id: 'reserved-ports',
  description: "Istio's ports are held by the proxy",
  codes: ['NAT0802'],
  withoutRules: true,
  run: withListeners((listeners, context) => {
    const skip = withoutExemption(context);
    if (skip) return skip;
    const taken = listeners.filter((socket) => isTaken(socket, listeners, context));
    return groupBy(taken, ({ localPort }) => localPort).map((sockets) => {
      const [{ localPort: port }] = sockets;
      return finding('NAT0802', {
        message: `Port ${port} (${RESERVED[port] ?? 'proxy'}) is held by ${holder(sockets)}, which is not the proxy.`,
        evidence: socketEvidence(sockets),
      });
    });
  }),
});

function holder([{ process, uid }]: readonly [Socket, ...Socket[]]): string {
  return `${process ? `process ${process.name} (${process.pid})` : 'a process'} of uid ${uid}`;
}

/** A proxy of an unexpected uid is another fault (NAT0302), and no reason to complain of all its ports. */
function isTaken(socket: Socket, listeners: readonly Socket[], { config }: Context): boolean {
  const { localPort, uid, protocol } = socket;
  if (!isReserved(localPort, config) || localPort === config.proxyPort) return false;
  if (protocol === 'udp' && localPort !== PORT.dns) return false;
  if (uid === null || uid === 0 || config.proxyUid.includes(uid)) return false;
  if (hasIstioName(socket)) return false;
  return !proxySockets(listeners, config.proxyPort).some((proxy) => proxy.uid === uid);
}

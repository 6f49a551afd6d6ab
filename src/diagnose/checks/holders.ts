import type { Socket } from '../../model/socket.ts';
import { finding } from '../check.ts';
import type { Context } from '../context.ts';
import { groupBy } from '../group-by.ts';
import type { Finding } from '../report.ts';
import { isReserved, RESERVED, socketCheck, socketEvidence } from './socket-check.ts';
import { isFree } from './surroundings-kind.ts';

/** Names of the processes that Istio runs in a sidecar. */
const ISTIO_PROCESSES: ReadonlySet<string> = new Set(['envoy', 'pilot-agent']);

/** Why nobody is exempt by uid here: ztunnel is told by its mark, and where nothing is captured nothing is exempt. */
function withoutExemption(context: Context): { readonly skipped: string } | null {
  if (context.config.dataplane === 'ambient') return { skipped: 'ambient exempts nobody by uid' };
  return isFree(context) ? { skipped: 'this kind of pod is not captured' } : null;
}

/** The process that listens on the proxy's outbound port runs as a uid that the rules do not exempt. */
export const proxyOwner = socketCheck(
  'proxy-owner',
  'the proxy runs as the uid that Istio exempts',
  ['NAT0302'],
  (listeners, context) => {
    const { config } = context;
    const skip = withoutExemption(context);
    if (skip) return skip;
    const wrong = proxySockets(listeners, config.proxyPort).filter(
      // As root (TPROXY, privileged ports) the proxy has the exempt gid, which ss does not show.
      ({ uid }) => uid !== null && uid !== 0 && !config.proxyUid.includes(uid),
    );
    const [first] = wrong;
    if (!first) return [];
    return [
      finding('NAT0302', {
        message: `The process that listens on port ${config.proxyPort} runs as uid ${first.uid}; the rules exempt uid ${config.proxyUid.join(', ')}, so its own connections are redirected back to it.`,
        evidence: socketEvidence(wrong),
      }),
    ];
  },
);

function proxySockets(listeners: readonly Socket[], proxyPort: number): Socket[] {
  return listeners.filter(({ localPort, protocol }) => localPort === proxyPort && protocol === 'tcp');
}

/** A socket under the exempt uid that is not the proxy's: its traffic bypasses the mesh. */
export const applicationAsProxy = socketCheck(
  'application-owner',
  "no application runs as the proxy's uid",
  ['NAT0303'],
  (listeners, context) => {
    const skip = withoutExemption(context);
    if (skip) return skip;
    const suspects = listeners.filter((socket) => isSuspect(socket, listeners, context));
    return groupBy(suspects, (socket) => socket.process?.pid ?? `port ${socket.localPort}`).map(asProxy);
  },
);

function asProxy(sockets: readonly [Socket, ...Socket[]]): Finding {
  const [{ process, uid }] = sockets;
  const who = process ? `Process ${process.name} (${process.pid})` : 'A process';
  const ports = [...new Set(sockets.map(({ localPort }) => localPort))];
  return finding('NAT0303', {
    message: `${who} listens on port ${ports.join(', ')} as uid ${uid}, which is the proxy's: what it sends bypasses the mesh.`,
    // Without its process the socket may still be a listener that a Sidecar resource gave to the proxy.
    severity: process ? 'error' : 'warning',
    evidence: socketEvidence(sockets),
  });
}

/** Where processes are hidden only tcp counts: the agent asks its upstream resolvers from udp ports of no fixed number. */
function isSuspect(socket: Socket, listeners: readonly Socket[], { config }: Context): boolean {
  const { uid, process } = socket;
  if (uid === null || uid === 0 || !config.proxyUid.includes(uid) || isReserved(socket.localPort, config)) return false;
  if (process === undefined) return socket.protocol === 'tcp';
  const holders = listeners.filter(({ localPort }) => isReserved(localPort, config));
  return !ISTIO_PROCESSES.has(process.name) && !holders.some((holder) => holder.process?.pid === process.pid);
}

/** A port that Istio needs is held by a process of another owner. */
export const reservedPorts = socketCheck(
  'reserved-ports',
  "Istio's ports are held by the proxy",
  ['NAT0802'],
  (listeners, context) => {
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
  },
);

function holder([{ process, uid }]: readonly [Socket, ...Socket[]]): string {
  return `${process ? `process ${process.name} (${process.pid})` : 'a process'} of uid ${uid}`;
}

/** A proxy of an unexpected uid is another fault (NAT0302), and no reason to complain of all its ports. */
function isTaken(socket: Socket, listeners: readonly Socket[], { config }: Context): boolean {
  const { localPort, uid, protocol, process } = socket;
  if (!isReserved(localPort, config) || localPort === config.proxyPort) return false;
  if (protocol === 'udp' && localPort !== 15053) return false;
  if (uid === null || uid === 0 || config.proxyUid.includes(uid)) return false;
  if (process && ISTIO_PROCESSES.has(process.name)) return false;
  return !proxySockets(listeners, config.proxyPort).some((proxy) => proxy.uid === uid);
}

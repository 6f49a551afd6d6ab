import { isListener, type Process, type Socket } from '../model/socket.ts';
import { isProxyPort, isServicePort, type ProxyPorts } from './ports.ts';
import type { ProxyIdentity } from './types.ts';

/** Names of the processes that Istio runs in a pod. */
const ISTIO_PROCESSES: ReadonlySet<string> = new Set(['envoy', 'pilot-agent']);

/** Whether a process is called like one of Istio's. Names prove nothing on their own: anybody may choose them. */
export function hasIstioName({ process }: Socket): boolean {
  return process !== undefined && ISTIO_PROCESSES.has(process.name);
}

/**
 * Who the proxy is: the owner of what listens on its outbound port, or else on an inbound one, or else on the ports for
 * health and metrics. Null when nobody listens on any of them.
 */
export function proxyIdentity(
  sockets: readonly Socket[],
  processes: ReadonlyMap<number, Process>,
  ports: ProxyPorts,
): ProxyIdentity | null {
  const tcp = sockets.filter((socket) => socket.protocol === 'tcp' && isListener(socket));
  const candidates = [
    tcp.filter(({ localPort }) => ports.outbound.has(localPort)),
    tcp.filter(({ localPort }) => ports.inbound.has(localPort)),
    tcp.filter(({ localPort }) => isServicePort(localPort)),
  ];
  const listeners = candidates.find((found) => found.length > 0);
  if (listeners === undefined) return null;
  const uids = new Set(listeners.flatMap(({ uid }) => (uid === null ? [] : [uid])));
  // The agent is another process of the same user, by its name or by the ports it waits on.
  const agents = tcp.filter(
    (socket) =>
      socket.uid !== null && uids.has(socket.uid) && (hasIstioName(socket) || isProxyPort(socket.localPort, ports)),
  );
  const own = [...listeners, ...agents];
  const pids = new Set(own.flatMap(({ process }) => (process === undefined ? [] : [process.pid])));
  return {
    uids,
    gids: new Set([...pids].flatMap((pid) => processes.get(pid)?.fsgid ?? [])),
    pids,
    isVisible: own.every(({ process }) => process !== undefined),
    cgroups: new Set(listeners.flatMap(({ cgroup }) => cgroup ?? [])),
    listeners,
  };
}

import { DNS_PROXY_PORTS } from '../istio/dns.ts';
import { isServicePort } from '../istio/ports.ts';
import { isListener, type Process, type Socket } from '../model/socket.ts';
import { isProxyPort, type ProxyPorts } from './ports.ts';
import type { ProxyIdentity } from './types.ts';

/** Names of the processes that Istio runs in a pod. */
const ISTIO_PROCESSES: ReadonlySet<string> = new Set(['envoy', 'pilot-agent']);

/** Whether a process is called like one of Istio's. Names prove nothing on their own: anybody may choose them. */
export function hasIstioName({ process }: Socket): boolean {
  return process !== undefined && ISTIO_PROCESSES.has(process.name);
}

/**
 * Whether a socket belongs to another container than the proxy: by the control group of the socket, or by that of its
 * process. The same one proves nothing, as where there is no cgroup2, and no container is named where none is seen.
 */
export function isElsewhere(
  { cgroup }: Socket,
  process: Process | undefined,
  { cgroups, containers }: Pick<ProxyIdentity, 'cgroups' | 'containers'>,
): boolean {
  if (cgroup !== undefined && cgroups.size > 0 && !cgroups.has(cgroup)) return true;
  return process?.container !== undefined && containers.size > 0 && !containers.has(process.container);
}

/** Whether a listener is on a port of the proxy's or its agent's, who answers DNS by both protocols. */
function isPortOfProxy({ protocol, localPort }: Socket, ports: ProxyPorts): boolean {
  return protocol === 'tcp' ? isProxyPort(localPort, ports) : DNS_PROXY_PORTS.has(localPort);
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
  const processOf = ({ process }: Socket) => (process === undefined ? undefined : processes.get(process.pid));
  const places = {
    cgroups: new Set(listeners.flatMap(({ cgroup }) => cgroup ?? [])),
    containers: new Set(listeners.flatMap((socket) => processOf(socket)?.container ?? [])),
  };
  // The agent is another process of the same user, by its name or by the ports it listens on.
  const agents = sockets.filter((socket) => {
    if (!isListener(socket) || socket.uid === null || !uids.has(socket.uid)) return false;
    if (isPortOfProxy(socket, ports)) return true;
    return hasIstioName(socket) && !isElsewhere(socket, processOf(socket), places);
  });
  const own = [...listeners, ...agents];
  const pids = new Set(own.flatMap(({ process }) => (process === undefined ? [] : [process.pid])));
  return {
    uids,
    gids: new Set([...pids].flatMap((pid) => processes.get(pid)?.fsgid ?? [])),
    pids,
    isVisible: own.every(({ process }) => process !== undefined),
    isFirst: own.some((socket) => socket.process?.pid === 1 && hasIstioName(socket)),
    ...places,
    listeners,
  };
}

import { isListener, type Socket } from '../model/socket.ts';
import { isLoopback } from './address.ts';
import type { Pairs } from './pairs.ts';
import { isProxyPort, type ProxyPorts } from './ports.ts';
import type { ProxyIdentity } from './types.ts';

/**
 * The ports of a proxy that does not listen on the usual one, where no rules name another: REDIRECT leads what leaves
 * the pod to loopback and leaves its own end alone, so the proxy has accepted there what its opener sent to another
 * host. The same ports where nothing is seen.
 */
export function withSeenPorts(
  sockets: readonly Socket[],
  ports: ProxyPorts,
  { proxy, pairs }: { readonly proxy: ProxyIdentity; readonly pairs: Pairs },
): ProxyPorts {
  const waited = sockets.filter((socket) => isOfUser(socket, proxy) && isListener(socket)).map((one) => one.localPort);
  const own = new Set(waited.filter((port) => !isProxyPort(port, ports)));
  // What the proxy sends to the pod itself is led to its inbound port in the same way.
  const addresses = new Set(sockets.map(({ localAddress }) => localAddress));
  const leaves = ({ peerAddress }: Socket) => !isLoopback(peerAddress) && !addresses.has(peerAddress);
  const seen = sockets.filter(
    (socket) => own.has(socket.localPort) && isAcceptedInPod(socket, pairs) && pairs.openers(socket).some(leaves),
  );
  if (seen.length === 0) return ports;
  return { ...ports, outbound: new Set([...ports.outbound, ...seen.map(({ localPort }) => localPort)]) };
}

function isOfUser({ protocol, uid }: Socket, { uids }: ProxyIdentity): boolean {
  return protocol === 'tcp' && uid !== null && uids.has(uid);
}

/** Accepted on loopback from an address that is none, and the opener meant another end. */
function isAcceptedInPod(socket: Socket, pairs: Pairs): boolean {
  const { protocol, state, localAddress, peerAddress } = socket;
  if (protocol !== 'tcp' || state !== 'ESTAB' || !isLoopback(localAddress) || isLoopback(peerAddress)) return false;
  return pairs.opposite(socket) === undefined;
}

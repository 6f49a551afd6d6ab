import { isServicePort } from '../istio/ports.ts';
import type { Socket } from '../model/socket.ts';
import { isPassthrough } from './address.ts';
import { agreementOf, predictionFor } from './agreement.ts';
import { inbound } from './inbound.ts';
import { isConclusive, outbound, paired } from './outbound.ts';
import { DNS_PORT } from './ports.ts';
import type { Scene } from './scene.ts';
import type { ClassifiedSocket, Holder, Sighting, SocketKind } from './types.ts';

/** What a socket with a peer is, and how that fits what the rules would do. There may be tens of thousands. */
export function classifyConnection(socket: Socket, scene: Scene): ClassifiedSocket {
  const sighting = socket.protocol === 'udp' ? datagrams(socket, scene) : stream(socket, scene);
  const { kind, partner, because } = sighting;
  const holder = sighting.holder ?? scene.holders.of(socket);
  const seen: { -readonly [Field in keyof ClassifiedSocket]: ClassifiedSocket[Field] } = { socket, kind, holder };
  const process = scene.holders.process(socket);
  const as = holder === 'application' && LEAVING.has(kind) ? scene.holders.sharedId(socket) : null;
  if (process !== undefined) seen.process = process;
  if (as !== null) seen.as = as;
  if (partner !== undefined) seen.partner = partner;
  if (because !== undefined) seen.because = because;
  const prediction = predictionFor(seen, scene);
  if (prediction === null) return seen;
  const agreement = agreementOf(seen, prediction);
  seen.prediction = prediction;
  if (agreement !== null) seen.agreement = agreement;
  return seen;
}

/** Connections that say that their owner has traffic of its own; asking the proxy for its health needs no mesh. */
const LEAVING: ReadonlySet<SocketKind> = new Set([
  'outbound-direct',
  'outbound-proxied',
  'inbound-direct',
  'inbound-proxied',
]);

/** Datagrams that are redirected leave no second socket with a peer, so there is nothing to pair. */
function datagrams({ peerAddress, peerPort }: Socket, { own }: Scene): Sighting {
  if (peerPort === DNS_PORT) return { kind: 'dns' };
  return { kind: own.includes(peerAddress) ? 'loopback' : 'udp' };
}

/** By the proxy's ports, then by the other end if it is in the pod, then by the direction. */
function stream(socket: Socket, scene: Scene): Sighting {
  return onProxyPort(socket, scene) ?? withinPod(socket, scene) ?? withOthers(socket, scene);
}

function onProxyPort(socket: Socket, scene: Scene): Sighting | null {
  const { ports, pairs, own, holders } = scene;
  if (ports.outbound.has(socket.localPort)) return accepted(socket, scene);
  if (ports.inbound.has(socket.localPort)) return { kind: 'accepted-inbound', holder: holderOn(socket, scene) };
  if (!isServicePort(socket.localPort) || pairs.listenersFor(socket).length === 0) return null;
  if (own.includes(socket.peerAddress) || holders.of(socket) === 'application') return null;
  return { kind: 'probe', holder: holderOn(socket, scene) };
}

/** Whatever was accepted on the proxy's ports is the proxy's, unless its owner is known to be another. */
function holderOn(socket: Socket, { holders }: Scene): Holder {
  const holder = holders.of(socket);
  return holder === 'shared' || holder === 'unknown' ? 'proxy' : holder;
}

function accepted(socket: Socket, scene: Scene): Sighting {
  const { pairs, holders, captures } = scene;
  const holder = holderOn(socket, scene);
  const openers = pairs.openers(socket);
  if (captures.isLoop(socket)) return { kind: 'proxy-loop', holder, ...withPartner(openers[0]) };
  // Several connections may share that end; one of the proxy's is not the one it accepted.
  return {
    kind: 'accepted-outbound',
    holder,
    ...withPartner(openers.find((opener) => holders.of(opener) !== 'proxy')),
  };
}

function withPartner(partner: Socket | undefined): Pick<Sighting, 'partner'> {
  return partner === undefined ? {} : { partner };
}

/** Both ends are in the pod, or the other one was. */
function withinPod(socket: Socket, scene: Scene): Sighting | null {
  const { pairs, own } = scene;
  const opposite = pairs.opposite(socket);
  if (opposite === undefined) {
    if (isPassthrough(socket.peerAddress)) return servedByProxy(socket, scene);
    if (isPassthrough(socket.localAddress)) return { kind: 'proxy-to-application', holder: 'proxy' };
    return own.includes(socket.peerAddress) ? capturedLocally(socket, scene) : null;
  }
  return { ...bothEnds(socket, opposite, scene), partner: opposite };
}

/** A connection to the pod itself that was captured: a list of ranges that holds loopback, or the proxy's own. */
function capturedLocally(socket: Socket, { pairs, holders, captures }: Scene): Sighting {
  const partner = pairs.capturedPartner(socket);
  if (partner === undefined) return { kind: 'loopback' };
  if (holders.of(socket) !== 'proxy') return { kind: 'outbound-proxied', partner };
  return captures.isLoop(partner) ? { kind: 'proxy-loop', partner } : { kind: 'loopback' };
}

function bothEnds(socket: Socket, opposite: Socket, scene: Scene): Sighting {
  if (isFromProxy(opposite, scene)) return servedByProxy(socket, scene);
  if (isFromProxy(socket, scene)) {
    return isServed(opposite, scene) ? { kind: 'proxy-to-application', holder: 'proxy' } : { kind: 'loopback' };
  }
  return { kind: 'loopback' };
}

/**
 * The proxy's end of a connection to a server in the pod: from the address that only it uses; with the address of another
 * host, which only a transparent socket has; or by its owner, if it was the one to connect (releases before 1.10).
 */
function isFromProxy(socket: Socket, { own, holders, pairs }: Scene): boolean {
  if (isPassthrough(socket.localAddress)) return true;
  if (!own.includes(socket.localAddress)) return true;
  return holders.of(socket) === 'proxy' && pairs.listenersFor(socket).length === 0;
}

/** The application's end. Where the proxy is connected to its own user, somebody else runs under that user. */
function servedByProxy(socket: Socket, scene: Scene): Sighting {
  if (!isServed(socket, scene)) return { kind: 'loopback' };
  const holder = scene.holders.of(socket);
  return { kind: 'inbound-proxied', holder: holder === 'nobody' ? holder : 'application' };
}

/** Whether a server is the application and not Envoy or the agent, which the proxy asks as well. */
function isServed(socket: Socket, { holders, proxy }: Scene): boolean {
  if (isServicePort(socket.localPort)) return false;
  const pid = socket.process?.pid;
  return holders.of(socket) !== 'proxy' || pid === undefined || !proxy?.pids.has(pid);
}

/** The other end is another host. */
function withOthers(socket: Socket, scene: Scene): Sighting {
  const { pairs, holders, captures } = scene;
  const isProxys = holders.of(socket) === 'proxy';
  const partner = isProxys ? pairs.capturedPartner(socket) : captures.partner(socket);
  if (partner !== undefined && isProxys && captures.isLoop(partner)) return { kind: 'proxy-loop', partner };
  if (partner !== undefined && !isProxys) {
    return socket.peerPort === DNS_PORT ? { kind: 'dns', partner } : paired(socket, partner, scene);
  }
  if (!isConclusive(socket, scene)) return { kind: 'transient' };
  return pairs.listenersFor(socket).length > 0 ? inbound(socket, scene) : outbound(socket, scene);
}

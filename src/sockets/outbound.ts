import type { Socket } from '../model/socket.ts';
import { DNS_PORT, FIRST_EPHEMERAL_PORT, HBONE_PORT, isControlPlane } from './ports.ts';
import type { Scene } from './scene.ts';
import type { Sighting } from './types.ts';

/**
 * Whether a socket without partner says anything: it is established, held by a process, and was so at the earlier look.
 * After the proxy has closed, the application may keep its end in CLOSE-WAIT long after the other one is gone.
 */
export function isConclusive(socket: Socket, { pairs, holders }: Scene): boolean {
  if (socket.state !== 'ESTAB' || socket.uid === null) return false;
  return holders.of(socket) === 'proxy' || pairs.isSettled(socket);
}

/** A settled connection to another host that nothing in the pod is the other end of. */
export function outbound(socket: Socket, scene: Scene): Sighting {
  const { peerPort } = socket;
  const holder = scene.holders.of(socket);
  if (peerPort === DNS_PORT) return { kind: 'dns' };
  if (holder === 'proxy') return { kind: isControlPlane(peerPort) ? 'control-plane' : 'proxy-upstream' };
  if (holder === 'shared') return ofSomebody(socket);
  return mayBeInbound(socket) ? { kind: 'unknown', because: NO_DIRECTION } : around(socket, scene);
}

const NO_DIRECTION = 'nobody listens on its port any more, so it may have come from the other side';
const SHARED_UID = 'the proxy and others run as root, and the process is not visible';
const SHARED_PORT =
  'several connections share its port, and not all of them can be told apart on the port of the proxy';

/** ztunnel's, or of an application that runs as root too. */
function ofSomebody({ peerPort }: Socket): Sighting {
  if (peerPort === HBONE_PORT) return { kind: 'proxy-upstream', holder: 'proxy' };
  if (isControlPlane(peerPort)) return { kind: 'control-plane', holder: 'proxy' };
  return { kind: 'unknown', because: SHARED_UID };
}

/** A service's port on this side, one that the kernel gives to clients on the other. */
function mayBeInbound({ localPort, peerPort }: Socket): boolean {
  return localPort < FIRST_EPHEMERAL_PORT && (peerPort ?? 0) >= FIRST_EPHEMERAL_PORT;
}

/** Of connections that share their port, only as many went around the proxy as have no captured one left. */
function around(socket: Socket, { pairs }: Scene): Sighting {
  const sharers = pairs.sharers(socket);
  if (sharers.length === 1) return { kind: 'outbound-direct' };
  const partner = pairs.capturedPartner(socket);
  const captured = (partner === undefined ? 0 : 1) + pairs.strays(socket.localAddress);
  if (captured === 0) return { kind: 'outbound-direct' };
  if (captured >= sharers.length) return { kind: 'outbound-proxied', ...(partner === undefined ? {} : { partner }) };
  return { kind: 'unknown', because: SHARED_PORT };
}

import type { Socket } from '../model/socket.ts';
import { inboundPacket } from './first-packet.ts';
import { OWNER_NOT_SHOWN } from './holder.ts';
import type { Scene } from './scene.ts';
import type { Sighting } from './types.ts';

const SHARED_UID = 'the proxy and the application run as root, and the process is not visible';

const BOTH_WAYS =
  'the application also opens connections from the port it listens on, and which one the proxy has cannot be seen';

/** A settled connection from another host to a port where somebody listens. */
export function inbound(socket: Socket, scene: Scene): Sighting {
  const holder = scene.holders.of(socket);
  if (holder === 'proxy') return { kind: 'accepted-inbound' };
  if (holder === 'application') {
    return scene.captures.sharesPartner(socket) ? { kind: 'unknown', because: BOTH_WAYS } : { kind: 'inbound-direct' };
  }
  return holder === 'unknown' ? { kind: 'unknown', because: OWNER_NOT_SHOWN } : ofSomebody(socket, scene);
}

/**
 * In TPROXY mode the proxy is root and its end of a connection has the address and port of the application. The owner of
 * what accepted a connection is that of the listener, or one without rights that it became later; never root instead.
 */
function ofSomebody(socket: Socket, scene: Scene): Sighting {
  const listeners = scene.pairs.listenersFor(socket);
  if (listeners.every(({ uid }) => uid !== null && uid !== socket.uid)) {
    return { kind: 'accepted-inbound', holder: 'proxy' };
  }
  const packet = inboundPacket(socket, scene.own);
  const prediction = packet === null ? undefined : scene.predictor?.predict(packet, null);
  if (prediction?.kind === 'verdict' && prediction.verdict.kind === 'tproxy') {
    return { kind: 'accepted-inbound', holder: 'proxy', because: 'the rules hand it to the proxy (TPROXY)' };
  }
  if (prediction?.kind === 'verdict') return { kind: 'inbound-direct', holder: 'application' };
  return { kind: 'unknown', because: SHARED_UID };
}

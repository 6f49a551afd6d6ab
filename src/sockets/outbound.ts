import { isControlPlane, PORT } from '../istio/ports.ts';
import { ASK_FOR_SOCKETS } from '../model/shown-sockets.ts';
import type { Socket } from '../model/socket.ts';
import { OWNER_NOT_SHOWN } from './holder.ts';
import { mayBeCaptured } from './may-be-captured.ts';
import { DNS_PORT, FIRST_EPHEMERAL_PORT } from './ports.ts';
import type { Scene } from './scene.ts';
import type { Sighting } from './types.ts';

/**
 * Whether a socket without partner says anything: it is established, held by a process, and was so at the earlier look.
 * After the proxy has closed, the application may keep its end in CLOSE-WAIT long after the other one is gone.
 */
export function isConclusive(socket: Socket, { pairs, holders }: Scene): boolean {
  const holder = holders.of(socket);
  if (socket.state !== 'ESTAB' || holder === 'nobody') return false;
  return holder === 'proxy' || pairs.isSettled(socket);
}

/** A settled connection to another host that nothing in the pod is the other end of. */
export function outbound(socket: Socket, scene: Scene): Sighting {
  const { peerPort } = socket;
  const holder = scene.holders.of(socket);
  if (peerPort === DNS_PORT) return { kind: 'dns' };
  if (holder === 'proxy') return { kind: isControlPlane(peerPort) ? 'control-plane' : 'proxy-upstream' };
  if (holder === 'shared') return ofSomebody(socket, SHARED_UID);
  if (holder === 'unknown') return ofSomebody(socket, OWNER_NOT_SHOWN);
  if (!scene.shown.connections) return { kind: 'unknown', because: NOT_ALL_SHOWN };
  return mayBeInbound(socket) ? { kind: 'unknown', because: NO_DIRECTION } : around(socket, scene);
}

const NO_DIRECTION = 'nobody listens on its port any more, so it may have come from the other side';
const SHARED_UID = 'the proxy and others run as root, and the process is not visible';
const NOT_ALL_SHOWN = `its other end may be one of the sockets that were not shown: give the output of ${ASK_FOR_SOCKETS}`;
const SHARED_PORT =
  'connections share ports, some of them go through the proxy and some around it, and which is which cannot be seen';
const PARTNER_OF_ANOTHER =
  'the proxy accepted a connection from its port, which may be another one that was given the same port';
const NO_PORT =
  'nobody listens on the usual port of the proxy (15001), and the rules, which name another one, were not readable';
const BY_RULES = 'inferred from the rules, because connections share ports';
const BY_COMPANIONS = 'inferred from other connections to the same port, because connections share ports';

/** ztunnel's, or of somebody who cannot be told from it. */
function ofSomebody({ peerPort }: Socket, because: string): Sighting {
  if (peerPort === PORT.hbone) return { kind: 'proxy-upstream', holder: 'proxy' };
  if (isControlPlane(peerPort)) return { kind: 'control-plane', holder: 'proxy' };
  return { kind: 'unknown', because };
}

/** A service's port on this side, one that the kernel gives to clients on the other. */
function mayBeInbound({ localPort, peerPort }: Socket): boolean {
  return localPort < FIRST_EPHEMERAL_PORT && (peerPort ?? 0) >= FIRST_EPHEMERAL_PORT;
}

/** Where counting does not tell, the rules do, or other connections. */
function around(socket: Socket, scene: Scene): Sighting {
  if (isBlind(scene)) return { kind: 'unknown', because: NO_PORT };
  const standing = scene.captures.standing(socket);
  if (standing === 'around') return { kind: 'outbound-direct' };
  if (standing === 'captured') return { kind: 'outbound-proxied' };
  return toldOtherwise(socket, scene) ?? { kind: 'unknown', because: SHARED_PORT };
}

/** Without rules nothing says where a proxy listens that does not listen on the usual port. */
function isBlind({ predictor, proxy, ports }: Scene): boolean {
  return (
    predictor === null && proxy !== null && !proxy.listeners.some(({ localPort }) => ports.outbound.has(localPort))
  );
}

/** A connection of the application that has a partner, which by chance may be that of another one. */
export function paired(socket: Socket, partner: Socket, scene: Scene): Sighting {
  const { captures } = scene;
  const ours: Sighting = { kind: 'outbound-proxied', partner };
  if (!captures.mayBeChance(socket)) return ours;
  if (!captures.hasStrays(socket.localAddress)) {
    return isDoubtful(socket, scene) ? { kind: 'unknown', because: PARTNER_OF_ANOTHER } : ours;
  }
  const told = toldOtherwise(socket, scene);
  return told?.kind === 'outbound-direct' ? told : ours;
}

/** Whether the numbers fit as well if the partner is that of another connection, which would have none otherwise. */
function isDoubtful(socket: Socket, scene: Scene): boolean {
  const { companions, companionsSay, rulesSay } = scene;
  const may = mayBeCaptured(socket, scene);
  if (may !== null) return !may && rulesSay.excessFrom(socket.localAddress) <= 0;
  return companions.wereCaptured(socket) === false && companionsSay.excessFrom(socket.localAddress) === 0;
}

/**
 * Where sockets alone do not tell: the rules, or where they cannot be read, others to the same place. Then there is
 * nothing to hold against the rules.
 */
function toldOtherwise(socket: Socket, scene: Scene): Sighting | null {
  return scene.predictor === null ? byCompanions(socket, scene) : byRules(socket, scene);
}

/**
 * What the rules would make of a connection. They may be newer than it: one that they may capture counts as captured
 * only if the proxy accepted just as many, and one that they do not counts as direct only if it accepted no more.
 */
function byRules(socket: Socket, scene: Scene): Sighting | null {
  const may = mayBeCaptured(socket, scene);
  const excess = scene.rulesSay.excess(socket);
  if (may === true && excess === 0) return { kind: 'outbound-proxied', because: BY_RULES };
  return may === false && excess <= 0 ? { kind: 'outbound-direct', because: BY_RULES } : null;
}

function byCompanions(socket: Socket, { companions, companionsSay }: Scene): Sighting | null {
  const captured = companions.wereCaptured(socket);
  if (captured === null || companionsSay.excess(socket) !== 0) return null;
  return { kind: captured ? 'outbound-proxied' : 'outbound-direct', because: BY_COMPANIONS };
}

import type { Verdict } from '../model/packet.ts';
import type { Socket } from '../model/socket.ts';
import { isInner, isWildcard } from './address.ts';
import { packetToListener } from './first-packet.ts';
import { OWNER_NOT_SHOWN } from './holder.ts';
import { isProxyPort } from './ports.ts';
import type { Scene } from './scene.ts';
import type { ClassifiedSocket, Holder, ListenerKind, Prediction } from './types.ts';

/** What a listener is, and what the rules do to connections that other hosts open to it. */
export function classifyListener(socket: Socket, scene: Scene): ClassifiedSocket {
  const holder = holderOf(socket, scene);
  const process = scene.holders.process(socket);
  const base = { socket, holder, ...(process === undefined ? {} : { process }) };
  if (holder === 'proxy') return { ...base, kind: 'proxy-listener' };
  const as = holder === 'application' ? scene.holders.sharedId(socket) : null;
  const own = { ...base, ...(as === null ? {} : { as }), ...doubt(holder) };
  if (socket.protocol === 'udp') return { ...own, kind: 'listener-udp' };
  if (isInner(socket)) return { ...own, kind: 'listener-loopback' };
  const predictions = predictionsFor(socket, scene);
  const kinds = predictions.map(kindOf);
  // What one of two families leaves alone is open to that family.
  const decisive = (['listener-excluded', 'listener', 'listener-captured'] as const).find((kind) =>
    kinds.includes(kind),
  );
  const prediction = predictions[kinds.indexOf(decisive ?? 'listener')];
  return { ...own, kind: decisive ?? 'listener', ...(prediction === undefined ? {} : { prediction }) };
}

function doubt(holder: Holder): { readonly because?: string } {
  if (holder === 'shared') return { because: MAY_BE_PROXYS };
  return holder === 'unknown' ? { because: OWNER_NOT_SHOWN } : {};
}

const MAY_BE_PROXYS = "it has the proxy's uid: an application, or a listener that a Sidecar resource gave to the proxy";

/**
 * The proxy's only if it is on a port of the proxy's, or in its process. Another port under its uid may be a listener
 * that a Sidecar resource asked for, or an application with the wrong user: which one is not decided here.
 */
function holderOf(socket: Socket, { holders, ports }: Scene): Holder {
  const holder = holders.of(socket);
  if (holder === 'application' || holder === 'nobody') return holder;
  if (isProxyPort(socket.localPort, ports)) return 'proxy';
  if (holder === 'unknown') return holder;
  return socket.process === undefined ? 'shared' : holder;
}

function predictionsFor(socket: Socket, { predictor, own }: Scene): Prediction[] {
  if (predictor === null) return [];
  const addresses = isWildcard(socket.localAddress) ? reachableBy(socket, own.reachable()) : [socket.localAddress];
  return addresses.flatMap((address) => {
    const packet = packetToListener(socket, address, own);
    return packet === null ? [] : [predictor.predict(packet, null)];
  });
}

/** A pod whose addresses nobody saw has one of the listener's family; which one makes no difference to a wildcard. */
function reachableBy({ family }: Socket, addresses: readonly string[]): readonly string[] {
  const fitting = addresses.filter((address) => family === 'any' || (family === 'ipv6') === address.includes(':'));
  return fitting.length > 0 ? fitting : [family === 'ipv6' ? '2001:db8::5' : '192.0.2.5'];
}

function kindOf(prediction: Prediction): ListenerKind {
  if (prediction.kind === 'undetermined') return 'listener';
  return isCapture(prediction.verdict) ? 'listener-captured' : 'listener-excluded';
}

/** Whether a verdict leads a packet to the proxy. */
function isCapture({ kind }: Verdict): boolean {
  return kind === 'redirect' || kind === 'tproxy';
}

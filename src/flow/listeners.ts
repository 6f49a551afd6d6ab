import { isReserved } from '../istio/ports.ts';
import type { Config } from '../model/config.ts';
import type { Family } from '../model/family.ts';
import type { Obstacle, Pod } from '../model/pod.ts';
import { couldShowListener, couldShowListeners } from '../model/shown-sockets.ts';
import { isListener, type Socket } from '../model/socket.ts';
import { isInner } from '../sockets/address.ts';

/** Where a packet arrives inside the pod. */
export interface Endpoint {
  readonly family: Family;
  readonly protocol: string;
  readonly address: string;
  readonly port: number | undefined;
  /** The interface by which it arrives, if that is known. */
  readonly device?: string;
}

/** Who gets a packet that stays in the pod. `none`: nobody listens there. `unknown`: nothing says who does. */
export type Program =
  | 'proxy-inbound'
  | 'proxy-outbound'
  | 'tunnel'
  | 'dns'
  | 'agent'
  | 'application'
  | 'resolver'
  | 'none'
  | 'unknown';

const WILDCARDS: ReadonlySet<string> = new Set(['*', '0.0.0.0', '::']);

/** The part of a pod that says who listens. */
type ListenersOf = Pick<Pod, 'sockets' | 'shownSockets' | 'obstacles'>;

/** Who listens in the pod, as far as that was seen. */
export class Listeners {
  readonly #pod: ListenersOf;
  readonly #sockets: readonly Socket[];
  readonly #config: Config;

  constructor(pod: ListenersOf, config: Config) {
    this.#pod = pod;
    this.#sockets = (pod.sockets ?? []).filter(isListener);
    this.#config = config;
  }

  /** Whether all listeners of tcp would have been seen. */
  get seen(): boolean {
    return couldShowListeners(this.#pod, 'tcp');
  }

  /** Why somebody who looked saw no sockets; null where some were seen, or nobody looked. */
  get obstacle(): Obstacle | null {
    if (this.#pod.sockets !== null) return null;
    return this.#pod.obstacles.find(({ concerns }) => concerns === 'sockets') ?? null;
  }

  /** Whether a listener there would have been seen: where none is, then, nobody listens. */
  wouldShow({ protocol, port, family }: Endpoint): boolean {
    if (port === undefined || (protocol !== 'tcp' && protocol !== 'udp')) return false;
    return couldShowListener(this.#pod, { protocol, port, family });
  }

  /** The socket that gets what arrives there; a bound address goes ahead of a wildcard, as in the kernel. */
  at(endpoint: Endpoint): Socket | undefined {
    const candidates = this.#sockets.filter((socket) => isAt(socket, endpoint));
    return candidates.find(({ localAddress }) => !WILDCARDS.has(localAddress)) ?? candidates[0];
  }

  /** The application's tcp listener that other pods can reach; of several the one with the lowest port. */
  application(): Socket | undefined {
    const { dataplane, proxyUid } = this.#config;
    const candidates = this.#sockets.filter(
      (socket) =>
        socket.protocol === 'tcp' &&
        !isReserved(socket.localPort, this.#config) &&
        !isInner(socket) &&
        (dataplane === 'ambient' || socket.uid === null || !proxyUid.includes(socket.uid)),
    );
    return candidates.toSorted((a, b) => a.localPort - b.localPort)[0];
  }

  /** The owner of the proxy's outbound listener, if it was seen. */
  proxyUid(): number | undefined {
    const { proxyPort } = this.#config;
    const listener = this.#sockets.find(({ localPort, protocol }) => localPort === proxyPort && protocol === 'tcp');
    return listener?.uid ?? undefined;
  }
}

/** Whether a socket gets what arrives there. */
export function isAt(socket: Socket, { family, protocol, address, port, device }: Endpoint): boolean {
  if (socket.protocol !== protocol || socket.localPort !== port) return false;
  if (socket.family !== 'any' && socket.family !== family) return false;
  if (socket.interface !== undefined && device !== undefined && socket.interface !== device) return false;
  return WILDCARDS.has(socket.localAddress) || socket.localAddress === address;
}

import { isReserved } from '../istio/ports.ts';
import type { Config } from '../model/config.ts';
import type { Family } from '../model/family.ts';
import type { Pod } from '../model/pod.ts';
import { couldShowListener } from '../model/shown-sockets.ts';
import { isListener, type Socket } from '../model/socket.ts';

/** Where a packet arrives inside the pod. */
export interface Endpoint {
  readonly family: Family;
  readonly protocol: string;
  readonly address: string;
  readonly port: number | undefined;
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
type ListenersOf = Pick<Pod, 'sockets' | 'shownSockets'>;

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

  /** Whether the sockets were shown, whichever of them. */
  get seen(): boolean {
    return this.#pod.sockets !== null;
  }

  /** Whether a listener there would have been seen: where none is, then, nobody listens. */
  wouldShow({ protocol, port }: Endpoint): boolean {
    if (port === undefined || (protocol !== 'tcp' && protocol !== 'udp')) return false;
    return couldShowListener(this.#pod, { protocol, port });
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
      ({ protocol, localPort, localAddress, uid }) =>
        protocol === 'tcp' &&
        !isReserved(localPort, this.#config) &&
        !isLoopbackText(localAddress) &&
        (dataplane === 'ambient' || uid === null || !proxyUid.includes(uid)),
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
export function isAt(socket: Socket, { family, protocol, address, port }: Endpoint): boolean {
  if (socket.protocol !== protocol || socket.localPort !== port) return false;
  if (socket.family !== 'any' && socket.family !== family) return false;
  return WILDCARDS.has(socket.localAddress) || socket.localAddress === address;
}

function isLoopbackText(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

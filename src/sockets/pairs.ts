import { isListener, type Socket } from '../model/socket.ts';
import { isWildcard, localKey, peerKey } from './address.ts';
import { DNS_PROXY_PORT, type ProxyPorts } from './ports.ts';

/**
 * TCP sockets by their ends, so that partners are found without looking through all of them. A partner counts whatever
 * its state, and when only the earlier of two looks saw it.
 */
export class Pairs {
  /** Sockets of one look by their own end: the kernel lets several connections to different peers share one. */
  readonly #byLocal = new Map<string, Socket[]>();
  readonly #byEnds = new Map<string, Socket>();
  /** What the proxy accepted on its outbound port or as DNS, by the other end. */
  readonly #captured = new Map<string, Socket>();
  readonly #listeners = new Map<number, Socket[]>();
  readonly #before: ReadonlySet<string> | null;
  /** Captured connections whose other end no socket has, by the address of that end. */
  #strays: ReadonlyMap<string, number> | null = null;

  constructor(sockets: readonly Socket[], earlier: readonly Socket[] | undefined, ports: ProxyPorts) {
    const tcp = sockets.filter(({ protocol }) => protocol === 'tcp');
    this.#before = earlier === undefined ? null : new Set(earlier.map(endsKey));
    // The later look last, so that its sockets are the ones that are found.
    for (const socket of [...(earlier ?? []), ...tcp]) this.#addEnds(socket, ports);
    for (const socket of tcp) {
      if (isListener(socket)) push(this.#listeners, socket.localPort, socket);
      else push(this.#byLocal, localKey(socket), socket);
    }
  }

  #addEnds(socket: Socket, { outbound }: ProxyPorts): void {
    if (isListener(socket)) return;
    this.#byEnds.set(endsKey(socket), socket);
    if (outbound.has(socket.localPort) || socket.localPort === DNS_PROXY_PORT) {
      this.#captured.set(peerKey(socket), socket);
    }
  }

  /** Whether a connection was there at the earlier look too; true when there was none. */
  isSettled(socket: Socket): boolean {
    return this.#before === null || this.#before.has(endsKey(socket));
  }

  /** The other end of a connection, if it is in this pod and nothing was rewritten on the way. */
  opposite(socket: Socket): Socket | undefined {
    return this.#byEnds.get(`${peerKey(socket)} ${localKey(socket)}`);
  }

  /** What the proxy accepted in the place of where a connection wanted to go. */
  capturedPartner(socket: Socket): Socket | undefined {
    return this.#captured.get(localKey(socket));
  }

  /** The sockets whose own end is the other end of this one. */
  openers(accepted: Socket): readonly Socket[] {
    return this.#byLocal.get(peerKey(accepted)) ?? [];
  }

  /** The connections that share their own end with this one, itself among them. */
  sharers(socket: Socket): readonly Socket[] {
    return this.#byLocal.get(localKey(socket)) ?? [];
  }

  /**
   * How many captured connections come from a port of the address that no socket here has. When two captured connections
   * share a port, connection tracking gives one of them another (seen on 6.18).
   */
  strays(address: string): number {
    this.#strays ??= this.#countStrays();
    return this.#strays.get(address) ?? 0;
  }

  #countStrays(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const [key, { peerAddress }] of this.#captured) {
      if (!this.#byLocal.has(key)) counts.set(peerAddress, (counts.get(peerAddress) ?? 0) + 1);
    }
    return counts;
  }

  /** The listeners that may have accepted a connection, by its own end. */
  listenersFor(socket: Socket): readonly Socket[] {
    const candidates = this.#listeners.get(socket.localPort) ?? [];
    return candidates.filter(
      ({ localAddress, family }) =>
        (family === 'any' || family === socket.family) &&
        (isWildcard(localAddress) || localAddress === socket.localAddress),
    );
  }
}

function endsKey(socket: Socket): string {
  return `${localKey(socket)} ${peerKey(socket)}`;
}

function push<Key>(map: Map<Key, Socket[]>, key: Key, socket: Socket): void {
  const group = map.get(key);
  if (group) group.push(socket);
  else map.set(key, [socket]);
}

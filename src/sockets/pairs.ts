import { isListener, type Socket } from '../model/socket.ts';
import { isWildcard, localKey, peerKey } from './address.ts';
import { DNS_PROXY_PORT, type ProxyPorts } from './ports.ts';

/** TCP sockets of one look by their ends, so that partners are found without looking through all of them. */
export class Ends {
  readonly #byEnds = new Map<string, Socket>();
  /** What the proxy accepted on its outbound port or as DNS, by the other end. */
  readonly captured = new Map<string, Socket>();

  constructor(sockets: readonly Socket[], { outbound }: ProxyPorts) {
    for (const socket of sockets) {
      if (isListener(socket)) continue;
      this.#byEnds.set(`${localKey(socket)} ${peerKey(socket)}`, socket);
      if (outbound.has(socket.localPort) || socket.localPort === DNS_PROXY_PORT)
        this.captured.set(peerKey(socket), socket);
    }
  }

  has(socket: Socket): boolean {
    return this.#byEnds.has(`${localKey(socket)} ${peerKey(socket)}`);
  }

  opposite(socket: Socket): Socket | undefined {
    return this.#byEnds.get(`${peerKey(socket)} ${localKey(socket)}`);
  }
}

/** Which sockets belong together. A partner counts whatever its state. */
export class Pairs {
  readonly #ends: Ends;
  /** Sockets by their own end: the kernel lets several connections to different peers share one. */
  readonly #byLocal = new Map<string, Socket[]>();
  readonly #listeners = new Map<number, Socket[]>();
  readonly #earlier: (() => Ends) | null;

  constructor(sockets: readonly Socket[], earlier: (() => Ends) | null, ports: ProxyPorts) {
    const tcp = sockets.filter(({ protocol }) => protocol === 'tcp');
    this.#ends = new Ends(tcp, ports);
    this.#earlier = earlier;
    for (const socket of tcp) {
      if (isListener(socket)) push(this.#listeners, socket.localPort, socket);
      else push(this.#byLocal, localKey(socket), socket);
    }
  }

  /** Whether a connection without partner was so at the earlier look too; true when there was no such look. */
  isSettled(socket: Socket): boolean {
    if (this.#earlier === null) return true;
    const before = this.#earlier();
    if (!before.has(socket) || before.opposite(socket) !== undefined) return false;
    // One that is there still is that of another connection from the same port.
    return !before.captured.has(localKey(socket)) || this.#ends.captured.has(localKey(socket));
  }

  /** The other end of a connection, if it is in this pod and nothing was rewritten on the way. */
  opposite(socket: Socket): Socket | undefined {
    return this.#ends.opposite(socket);
  }

  /** What the proxy accepted in the place of where a connection wanted to go. */
  capturedPartner(socket: Socket): Socket | undefined {
    return this.#ends.captured.get(localKey(socket));
  }

  /** The same by the key of the other end. */
  capturedFrom(key: string): Socket | undefined {
    return this.#ends.captured.get(key);
  }

  /** The sockets whose own end is the other end of this one. */
  openers(accepted: Socket): readonly Socket[] {
    return this.#byLocal.get(peerKey(accepted)) ?? [];
  }

  /** All that the proxy accepted on its outbound port. */
  captured(): Iterable<Socket> {
    return this.#ends.captured.values();
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

function push<Key>(map: Map<Key, Socket[]>, key: Key, socket: Socket): void {
  const group = map.get(key);
  if (group) group.push(socket);
  else map.set(key, [socket]);
}

import { isListener, type Socket, type SocketEnds } from '../model/socket.ts';
import { isWildcard } from './address.ts';
import { type EndNumbers, Ends } from './ends.ts';
import type { ProxyPorts } from './ports.ts';

/** Which sockets belong together. A partner counts whatever its state. */
export class Pairs {
  readonly #numbers: EndNumbers;
  readonly #ends: Ends<Socket>;
  /** Sockets by their own end: the kernel lets several connections to different peers share one. */
  readonly #byLocal = new Map<number, Socket[]>();
  /** Listeners by their own end, and those that take every address by their port. */
  readonly #listeners = new Map<number, Socket[]>();
  readonly #wildcards = new Map<number, Socket[]>();
  readonly #earlier: (() => Ends<SocketEnds>) | null;

  constructor(
    sockets: readonly Socket[],
    earlier: (() => Ends<SocketEnds>) | null,
    { ports, numbers }: { readonly ports: ProxyPorts; readonly numbers: EndNumbers },
  ) {
    const tcp = sockets.filter(({ protocol }) => protocol === 'tcp');
    this.#numbers = numbers;
    this.#ends = new Ends(tcp, ports, numbers);
    this.#earlier = earlier;
    for (const socket of tcp) {
      if (!isListener(socket)) push(this.#byLocal, numbers.local(socket), socket);
      else if (isWildcard(socket.localAddress)) push(this.#wildcards, socket.localPort, socket);
      else push(this.#listeners, numbers.local(socket), socket);
    }
  }

  /** Whether the earlier look saw a connection too; true when there was no such look. */
  wasThere(socket: Socket): boolean {
    return this.#earlier === null || this.#earlier().has(socket);
  }

  /** Whether a connection without partner was so at the earlier look too; true when there was no such look. */
  isSettled(socket: Socket): boolean {
    if (this.#earlier === null) return true;
    const before = this.#earlier();
    if (!before.has(socket) || before.opposite(socket) !== undefined) return false;
    // One that is there still is that of another connection from the same port.
    const own = this.#numbers.local(socket);
    return !before.captured.has(own) || this.#ends.captured.has(own);
  }

  /** The other end of a connection, if it is in this pod and nothing was rewritten on the way. */
  opposite(socket: Socket): Socket | undefined {
    return this.#ends.opposite(socket);
  }

  /** What the proxy accepted in the place of where a connection wanted to go. */
  capturedPartner(socket: Socket): Socket | undefined {
    return this.#ends.captured.get(this.#numbers.local(socket));
  }

  /** The sockets whose own end is the other end of this one. */
  openers(accepted: Socket): readonly Socket[] {
    return this.#byLocal.get(this.#numbers.peer(accepted)) ?? [];
  }

  /** The sockets with the same own end, this one among them. */
  beside(socket: Socket): readonly Socket[] {
    return this.#byLocal.get(this.#numbers.local(socket)) ?? [];
  }

  /** All that the proxy accepted on its outbound port. */
  captured(): Iterable<Socket> {
    return this.#ends.captured.values();
  }

  /** The listeners that may have accepted a connection, by its own end. */
  listenersFor(socket: Socket): readonly Socket[] {
    const wildcards = this.#wildcards.get(socket.localPort);
    const own = this.#listeners.get(this.#numbers.local(socket));
    if (wildcards === undefined) return own ?? NONE;
    return [...(own ?? NONE), ...wildcards.filter(({ family }) => family === 'any' || family === socket.family)];
  }
}

const NONE: readonly Socket[] = [];

function push<Key>(map: Map<Key, Socket[]>, key: Key, socket: Socket): void {
  const group = map.get(key);
  if (group) group.push(socket);
  else map.set(key, [socket]);
}

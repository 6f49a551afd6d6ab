import { PORT } from '../istio/ports.ts';
import type { SocketEnds } from '../model/socket.ts';
import type { ProxyPorts } from './ports.ts';

/**
 * Numbers in place of ends, as keys. A text put together for each look-up costs several times as much, and there may be
 * tens of thousands of sockets with a dozen look-ups each.
 */
export class EndNumbers {
  readonly #known = new Map<string, Map<number | null, number>>();
  #last = 0;

  /** The own end of a socket. */
  local({ localAddress, localPort }: SocketEnds): number {
    return this.#numberOf(localAddress, localPort);
  }

  /** The other end of a socket. */
  peer({ peerAddress, peerPort }: SocketEnds): number {
    return this.#numberOf(peerAddress, peerPort);
  }

  #numberOf(address: string, port: number | null): number {
    const ports = this.#known.get(address) ?? new Map<number | null, number>();
    const known = ports.get(port);
    if (known !== undefined) return known;
    if (ports.size === 0) this.#known.set(address, ports);
    this.#last += 1;
    ports.set(port, this.#last);
    return this.#last;
  }
}

/** More ends than a machine has ports, addresses and memory for; two numbers below it fit into one that is exact. */
const MOST_ENDS = 2 ** 26;

/** TCP sockets of one look by their ends, so that partners are found without looking through all of them. */
export class Ends<S extends SocketEnds> {
  readonly #numbers: EndNumbers;
  readonly #byEnds = new Map<number, S>();
  /** What the proxy accepted on its outbound port or as DNS, by the number of the other end. */
  readonly captured = new Map<number, S>();

  /** `numbers` may be shared with another look. */
  constructor(sockets: readonly S[], { outbound }: ProxyPorts, numbers: EndNumbers) {
    this.#numbers = numbers;
    for (const socket of sockets) {
      if (socket.state === 'LISTEN') continue;
      const peer = numbers.peer(socket);
      this.#byEnds.set(numbers.local(socket) * MOST_ENDS + peer, socket);
      if (outbound.has(socket.localPort) || socket.localPort === PORT.dns) this.captured.set(peer, socket);
    }
  }

  /** Whether a socket with these ends was seen. */
  has(socket: SocketEnds): boolean {
    return this.#byEnds.has(this.#numbers.local(socket) * MOST_ENDS + this.#numbers.peer(socket));
  }

  /** The socket that has the same ends the other way round. */
  opposite(socket: SocketEnds): S | undefined {
    return this.#byEnds.get(this.#numbers.peer(socket) * MOST_ENDS + this.#numbers.local(socket));
  }
}

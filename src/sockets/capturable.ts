import type { Socket } from '../model/socket.ts';
import type { EndNumbers } from './ends.ts';

/** How many there are of the connections that the rules may capture. */
export class Capturable {
  readonly #numbers: EndNumbers;
  readonly #byAddress = new Map<string, number>();
  readonly #byEnd = new Map<number, number>();

  constructor(sockets: readonly Socket[], numbers: EndNumbers) {
    this.#numbers = numbers;
    for (const socket of sockets) {
      add(this.#byAddress, socket.localAddress);
      add(this.#byEnd, numbers.local(socket));
    }
  }

  /** Those that come from the same address and port as one. */
  from(socket: Socket): number {
    return this.#byEnd.get(this.#numbers.local(socket)) ?? 0;
  }

  /** Those that come from an address. */
  fromAddress(address: string): number {
    return this.#byAddress.get(address) ?? 0;
  }
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

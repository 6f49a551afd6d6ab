import type { Socket } from '../model/socket.ts';
import type { Captures } from './captures.ts';
import type { EndNumbers } from './ends.ts';
import type { Pairs } from './pairs.ts';

/** Whether a connection is taken to be captured; null where that cannot be told. */
export type Says = (socket: Socket) => boolean | null;

/**
 * Compares what connections are taken to be with what the proxy accepted: rules may have changed since a connection was
 * opened, and then there is one too many or too few. Counted for each address of the pod, or, as long as every
 * connection that was accepted there came from its own port, for each port.
 */
export class Hypothesis {
  readonly #says: Says;
  readonly #captures: Captures;
  readonly #pairs: Pairs;
  readonly #numbers: EndNumbers;
  readonly #byAddress = new Map<string, number>();
  readonly #byEnd = new Map<number, number>();
  #isCounted = false;

  constructor(says: Says, captures: Captures, { pairs, numbers }: { pairs: Pairs; numbers: EndNumbers }) {
    this.#says = says;
    this.#captures = captures;
    this.#pairs = pairs;
    this.#numbers = numbers;
  }

  /** How many more connections were accepted than are taken to be captured; NaN where one of them cannot be told. */
  excess(socket: Socket): number {
    if (!this.#isCounted) this.#count();
    if (this.#captures.hasStrays(socket.localAddress)) return this.excessFrom(socket.localAddress);
    return this.#byEnd.get(this.#numbers.local(socket)) ?? 0;
  }

  /** The same of all connections from an address. */
  excessFrom(address: string): number {
    if (!this.#isCounted) this.#count();
    return this.#byAddress.get(address) ?? 0;
  }

  /** What is just opening or closing has only one end here and is left out. */
  #count(): void {
    this.#isCounted = true;
    for (const accepted of this.#pairs.captured()) {
      if (accepted.state !== 'ESTAB' || !this.#pairs.wasThere(accepted)) continue;
      add(this.#byAddress, accepted.peerAddress, 1);
      add(this.#byEnd, this.#numbers.peer(accepted), 1);
    }
    for (const socket of this.#captures.candidates) {
      if (!this.#pairs.wasThere(socket)) continue;
      const said = this.#says(socket);
      const weight = said === null ? Number.NaN : Number(said);
      add(this.#byAddress, socket.localAddress, -weight);
      add(this.#byEnd, this.#numbers.local(socket), -weight);
    }
  }
}

function add<Key>(sums: Map<Key, number>, key: Key, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}

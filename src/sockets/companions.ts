import type { Socket } from '../model/socket.ts';
import type { Captures } from './captures.ts';
import type { Pairs } from './pairs.ts';

/** How connections to one place stand that have their port to themselves. */
interface Votes {
  captured: number;
  around: number;
}

/** So many times as many have to stand one way: a port is another's by chance in a few of a hundred connections. */
const MAJORITY = 4;

/**
 * Tells connections that share their ports by others of the same owner to the same place, because rules look at owners
 * and places and not at ports. It holds only where every connection from an address can be told so, and the proxy has
 * accepted exactly as many from there as are said to be captured: one that is older than the rules would be too many.
 */
export class Companions {
  readonly #captures: Captures;
  readonly #pairs: Pairs;
  readonly #votes = new Map<string, Votes>();
  /** Addresses of the pod for which the numbers fit; counted when they are asked for. */
  #fitting: ReadonlySet<string> | undefined;

  constructor(captures: Captures, pairs: Pairs) {
    this.#captures = captures;
    this.#pairs = pairs;
  }

  /** How an established connection of the application to another host stands; null where its companions do not tell. */
  standing(socket: Socket): 'captured' | 'around' | null {
    this.#fitting ??= this.#count();
    return this.#fitting.has(socket.localAddress) ? this.#majority(socket) : null;
  }

  #count(): ReadonlySet<string> {
    const settled = this.#captures.candidates.filter((socket) => this.#pairs.wasThere(socket));
    for (const socket of settled) this.#vote(socket);
    const balance = new Map<string, number>();
    for (const socket of settled) add(balance, socket.localAddress, WEIGHT[this.#majority(socket) ?? 'untold']);
    for (const accepted of this.#pairs.captured()) {
      if (accepted.state === 'ESTAB' && this.#pairs.wasThere(accepted)) add(balance, accepted.peerAddress, -1);
    }
    return new Set([...balance].filter(([, rest]) => rest === 0).map(([address]) => address));
  }

  #vote(socket: Socket): void {
    if (!this.#captures.isAlone(socket)) return;
    const way = this.#captures.sharesPartner(socket) ? 'captured' : 'around';
    for (const place of placesOf(socket)) {
      const votes = this.#votes.get(place) ?? { captured: 0, around: 0 };
      votes[way] += 1;
      this.#votes.set(place, votes);
    }
  }

  #majority(socket: Socket): 'captured' | 'around' | null {
    const votes = placesOf(socket)
      .map((place) => this.#votes.get(place))
      .find((found) => found !== undefined);
    if (votes === undefined) return null;
    if (votes.captured >= MAJORITY * votes.around) return 'captured';
    return votes.around >= MAJORITY * votes.captured ? 'around' : null;
  }
}

/** One connection that cannot be told makes the sum of its address no number, which fits nothing. */
const WEIGHT = { captured: 1, around: 0, untold: Number.NaN } as const;

/** The port of one host, and where nothing is known of that, the port of any. */
function placesOf({ uid, family, peerAddress, peerPort }: Socket): readonly string[] {
  return [`${uid} ${peerAddress} ${peerPort}`, `${uid} ${family} ${peerPort}`];
}

function add(sums: Map<string, number>, key: string, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}

import type { Socket } from '../model/socket.ts';
import type { Captures } from './captures.ts';

/** How connections to one place that have their port to themselves relate to the proxy. */
interface Votes {
  captured: number;
  around: number;
}

/** At least so many have to agree: fewer may just as well have been opened under other rules. */
const LEAST = 20;
/** And so many times as many as disagree: in a few of a hundred connections a port is another's by chance. */
const MAJORITY = 4;

/**
 * Tells connections that share their ports by others of the same owner to the same place, because rules look at owners
 * and places and not at ports.
 */
export class Companions {
  readonly #captures: Captures;
  #votes: ReadonlyMap<string, Votes> | undefined;

  constructor(captures: Captures) {
    this.#captures = captures;
  }

  /** Whether most of the others were captured; null where they are too few or of two kinds. */
  wereCaptured(socket: Socket): boolean | null {
    this.#votes ??= this.#count();
    const votes = placesOf(socket)
      .map((place) => this.#votes?.get(place))
      .find((found) => found !== undefined);
    if (votes === undefined) return null;
    const { captured, around } = votes;
    if (Math.max(captured, around) < LEAST) return null;
    if (captured >= MAJORITY * around) return true;
    return around >= MAJORITY * captured ? false : null;
  }

  #count(): ReadonlyMap<string, Votes> {
    const counted = new Map<string, Votes>();
    for (const socket of this.#captures.candidates.filter((one) => this.#captures.isAlone(one))) {
      for (const place of placesOf(socket)) {
        const votes = counted.get(place) ?? { captured: 0, around: 0 };
        if (this.#captures.sharesPartner(socket)) votes.captured += 1;
        else votes.around += 1;
        counted.set(place, votes);
      }
    }
    return counted;
  }
}

/** The port of one host, and where nothing is known of that, the port of any host. */
function placesOf({ uid, family, peerAddress, peerPort }: Socket): readonly string[] {
  return [`${uid} ${peerAddress} ${peerPort}`, `${uid} ${family} ${peerPort}`];
}

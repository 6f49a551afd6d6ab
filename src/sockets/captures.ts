import type { Socket } from '../model/socket.ts';
import type { EndNumbers } from './ends.ts';
import type { Holders } from './holder.ts';
import type { OwnAddresses } from './own-addresses.ts';
import type { Pairs } from './pairs.ts';

/** What is known of an address of the pod: connections of the application, and what the proxy accepted from there. */
interface Balance {
  /** Established connections of the application to other hosts that have no partner of their own. */
  unpaired: number;
  /** Established connections that the proxy accepted from ports that no socket has. */
  strays: number;
  /** The same from ports that only sockets of the proxy have. */
  own: number;
}

/** Connections that come from the same port. */
interface Sharing {
  readonly first: Socket;
  count: number;
}

interface Surroundings {
  readonly pairs: Pairs;
  readonly holders: Holders;
  readonly own: OwnAddresses;
  readonly numbers: EndNumbers;
}

/** How a connection without a partner of its own relates to the proxy. */
export type Standing = 'captured' | 'around' | 'either';

/**
 * Counts connections and what the proxy accepted against each other. A partner has the same address, but not always the
 * same port: when two captured connections come from one port, or the other one ended a moment ago, connection tracking
 * gives the newer another port (seen on 6.18), and by chance one that a socket of the proxy has. Both ends of a captured
 * connection are in the pod, so an established socket of the proxy has one of the application that it belongs to.
 */
export class Captures {
  readonly #pairs: Pairs;
  readonly #holders: Holders;
  readonly #own: OwnAddresses;
  /** Established connections of the application to other hosts. */
  readonly candidates: readonly Socket[];
  readonly #balances = new Map<string, Balance>();
  readonly #numbers: EndNumbers;
  /** Connections of the application that come from the same port, by the number of that end. */
  readonly #sharing = new Map<number, Sharing>();

  constructor(sockets: readonly Socket[], { pairs, holders, own, numbers }: Surroundings) {
    this.#pairs = pairs;
    this.#holders = holders;
    this.#own = own;
    this.#numbers = numbers;
    this.candidates = sockets.filter((socket) => this.#isCandidate(socket));
    for (const socket of this.candidates) this.#count(socket);
    for (const accepted of pairs.captured()) if (accepted.state === 'ESTAB') this.#weigh(accepted);
    for (const sharing of this.#sharing.values()) this.#addUnpaired(sharing);
  }

  #isCandidate(socket: Socket): boolean {
    const { protocol, state, peerAddress, uid } = socket;
    if (protocol !== 'tcp' || state !== 'ESTAB' || uid === null || this.#own.includes(peerAddress)) return false;
    return this.#holders.of(socket) !== 'proxy' && this.#pairs.listenersFor(socket).length === 0;
  }

  #count(socket: Socket): void {
    const end = this.#numbers.local(socket);
    const sharing = this.#sharing.get(end);
    if (sharing === undefined) this.#sharing.set(end, { first: socket, count: 1 });
    else sharing.count += 1;
  }

  #weigh(accepted: Socket): void {
    const balance = this.#balanceOf(accepted.peerAddress);
    const openers = this.#pairs.openers(accepted);
    if (openers.length === 0) balance.strays += 1;
    else if (this.#areProxys(openers)) balance.own += 1;
  }

  #addUnpaired({ first, count }: Sharing): void {
    const paired = this.sharesPartner(first) ? 1 : 0;
    this.#balanceOf(first.localAddress).unpaired += count - paired;
  }

  #balanceOf(address: string): Balance {
    const known = this.#balances.get(address);
    if (known !== undefined) return known;
    const balance = { unpaired: 0, strays: 0, own: 0 };
    this.#balances.set(address, balance);
    return balance;
  }

  #areProxys(openers: readonly Socket[]): boolean {
    return openers.every((opener) => this.#holders.of(opener) === 'proxy');
  }

  /**
   * The partner that belongs to a connection alone. Of an established one it is established: what is closing there
   * belonged to an earlier connection from the same port.
   */
  partner(socket: Socket): Socket | undefined {
    const partner = this.#pairs.capturedPartner(socket);
    if (partner === undefined || !this.isAlone(socket)) return undefined;
    return socket.state === 'ESTAB' && partner.state !== 'ESTAB' ? undefined : partner;
  }

  /** Whether no other connection comes from the same port that the partner could belong to. */
  isAlone(socket: Socket): boolean {
    const sharing = socket.state === 'ESTAB' ? this.#sharing.get(this.#numbers.local(socket)) : undefined;
    if (sharing !== undefined) return sharing.count === 1;
    // One that is closing, or one on the port of a listener: the partner may be that of any other.
    return this.#pairs.beside(socket).every((other) => other === socket || this.#holders.of(other) === 'proxy');
  }

  /** Whether the proxy accepted a connection from this own end, which may be that of another socket. */
  sharesPartner(socket: Socket): boolean {
    return this.#pairs.capturedPartner(socket)?.state === 'ESTAB';
  }

  /** Whether the proxy accepted connections from an address that may have come from other ports than it shows. */
  hasStrays(address: string): boolean {
    const { strays, own } = this.#balanceOf(address);
    return strays + own > 0;
  }

  /** Whether a partner may be that of another connection, which was given the port of this one: one that has none. */
  mayBeChance({ localAddress }: Socket): boolean {
    return this.#balanceOf(localAddress).unpaired > 0;
  }

  /** Whether the proxy opened a connection that it accepted: only if more were accepted than the application can have. */
  isLoop(accepted: Socket): boolean {
    const openers = this.#pairs.openers(accepted);
    if (openers.length === 0 || !this.#areProxys(openers)) return false;
    const { unpaired, strays, own } = this.#balanceOf(accepted.peerAddress);
    return accepted.state === 'ESTAB' && strays + own > unpaired;
  }

  /** How an established connection of the application that has no partner of its own relates to the proxy. */
  standing(socket: Socket): Standing {
    const { unpaired, strays, own } = this.#balanceOf(socket.localAddress);
    const accepted = strays + own > unpaired ? strays : strays + own;
    if (accepted === 0) return this.sharesPartner(socket) ? 'either' : 'around';
    return accepted >= unpaired ? 'captured' : 'either';
  }
}

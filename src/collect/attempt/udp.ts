import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { asOwner } from '../owner.ts';
import type { Attempt, Ending } from './attempt.ts';
import { endingOf } from './error.ts';

interface Ended {
  readonly ending: Ending;
  readonly message?: string;
}

/** Sends one datagram and waits for any answer from where it was sent. Never rejects. */
export async function queryUdp(attempt: Attempt): Promise<Ended> {
  const socket = createSocket(isIPv6(attempt.destination) ? 'udp6' : 'udp4');
  const ended = ending(socket, attempt.timeoutMs);
  try {
    await asOwner(attempt.owner, () => bound(socket, attempt.source));
    // On a connected socket the kernel reports ICMP errors and drops datagrams from others.
    socket.connect(attempt.port, attempt.destination, () => socket.send(attempt.payload ?? new Uint8Array()));
    return await ended;
  } catch (error) {
    return endingOf(error);
  } finally {
    socket.close();
  }
}

function bound(socket: Socket, address: string | undefined): Promise<void> {
  return new Promise((done, fail) => {
    socket.once('error', fail);
    // Exclusive: never shared with other processes of a cluster, so it is opened here and now.
    socket.bind({ port: 0, exclusive: true, ...(address !== undefined && { address }) }, () => done());
  });
}

function ending(socket: Socket, timeoutMs: number): Promise<Ended> {
  return new Promise((done) => {
    const timer = setTimeout(() => done({ ending: 'timed-out' }), timeoutMs);
    const end = (ended: Ended) => {
      clearTimeout(timer);
      done(ended);
    };
    socket.once('message', () => end({ ending: 'answered' }));
    socket.on('error', (error) => end(endingOf(error)));
  });
}

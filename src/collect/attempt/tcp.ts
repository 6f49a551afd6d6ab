import { connect, type Socket } from 'node:net';
import { asOwner } from '../owner.ts';
import type { Attempt, Attempted, Endpoint } from './attempt.ts';
import { endingOf } from './error.ts';

type Ended<T> = Partial<Attempted<T>> & Pick<Attempted<T>, 'ending'>;

/** Connects, looks at the connection while it is open, and closes it. Nothing is sent over it. Never rejects. */
export async function connectTcp<T>(attempt: Attempt, whileOpen: (own: Endpoint) => Promise<T>): Promise<Ended<T>> {
  let socket: Socket | undefined;
  try {
    socket = await asOwner(attempt.owner, () => opened(attempt));
    const problem = await established(socket, attempt.timeoutMs);
    if (problem !== null) return problem;
    const { localAddress: address = '', localPort: port = 0 } = socket;
    return { ending: 'connected', seen: await whileOpen({ address, port }) };
  } catch (error) {
    return endingOf(error);
  } finally {
    socket?.destroy();
  }
}

/** Node.js creates the socket on the next tick, so only then may the owner change back. */
async function opened({ destination, port, source }: Attempt): Promise<Socket> {
  const socket = connect({ host: destination, port, ...(source !== undefined && { localAddress: source }) });
  // An error that comes before anybody listens would end the process.
  socket.on('error', () => {});
  await new Promise<void>((done) => process.nextTick(done));
  return socket;
}

function established(socket: Socket, timeoutMs: number): Promise<Ended<never> | null> {
  return new Promise((done) => {
    const timer = setTimeout(() => done({ ending: 'timed-out' }), timeoutMs);
    const end = (problem: Ended<never> | null) => {
      clearTimeout(timer);
      done(problem);
    };
    if (socket.errored) end(endingOf(socket.errored));
    socket.once('connect', () => end(null));
    socket.once('error', (error) => end(endingOf(error)));
  });
}

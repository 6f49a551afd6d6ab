import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Enough for a few hundred lines at once, little enough not to matter in memory. */
const CHUNK = 64 * 1024;

/** Whether the reader of a stream has gone (`| head`): then there is nobody left to write for. */
export function isGone(stream: Writable): boolean {
  return stream.destroyed || stream.errored !== null || !stream.writable;
}

/** Writes a text and waits until the stream takes more; false when its reader has gone. */
export async function write(stream: Writable, text: string): Promise<boolean> {
  if (isGone(stream)) return false;
  if (stream.write(text)) return true;
  const ending = new AbortController();
  const { signal } = ending;
  try {
    await Promise.race(['drain', 'close'].map((event) => once(stream, event, { signal })));
  } catch {
    // An EPIPE: `isGone` says so below. Other errors of stdout are thrown by the stream's own listeners.
  } finally {
    ending.abort();
  }
  return !isGone(stream);
}

/**
 * Writes items as they come, in chunks while they come fast and at once when the next batch is slow to come, so that a
 * program that sends a packet and waits for its answer gets it. Asks for no more items than the stream takes.
 */
export async function writeAll<T>(
  stream: Writable,
  batches: AsyncIterable<Iterable<T>> | Iterable<Iterable<T>>,
  line: (item: T) => string,
): Promise<void> {
  let pending = '';
  const flush = async (): Promise<boolean> => {
    const text = pending;
    pending = '';
    return text === '' ? !isGone(stream) : write(stream, text);
  };
  let idle: Promise<unknown> | null = null;
  for await (const batch of batches) {
    for (const item of batch) {
      pending += line(item);
      if (pending.length >= CHUNK && !(await flush())) return;
    }
    if (isGone(stream)) return;
    idle ??= nextTurn()
      .then(flush)
      .finally(() => {
        idle = null;
      });
  }
  await idle;
  await flush();
}

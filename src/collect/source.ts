import { constants, readSync, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileProblem } from './file-error.ts';

const CHUNK_BYTES = 256 * 1024;
/** How long to wait for more of a pipe: longer after each try in vain, so that a fast writer is not held up. */
const POLL_MS = { first: 1, longest: 20 } as const;

/** Something that is open for reading. */
export interface Source {
  readonly handle: FileHandle;
  readonly isFifo: boolean;
  /** Made by the kernel on reading: never slow to come, and a page at a time. */
  readonly isKernels: boolean;
}

/**
 * Opens a file, or also a named pipe (what a shell makes of `<(…)`). Anything else is not even opened: that starts a
 * watchdog, rewinds a tape, and an endless device fills the memory.
 * @throws FileProblem and what the file system throws
 */
export async function openSource(path: string, allowed: 'file' | 'file-or-pipe'): Promise<Source> {
  refuseOthers(await stat(path), allowed);
  // O_NONBLOCK: opening a FIFO that nobody writes to would otherwise keep a thread of the pool for ever.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const opened = await handle.stat();
    refuseOthers(opened, allowed);
    return { handle, isFifo: opened.isFIFO(), isKernels: opened.isFile() && path.startsWith('/proc/') };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function refuseOthers(found: Stats, allowed: 'file' | 'file-or-pipe'): void {
  if (found.isFile() || (found.isFIFO() && allowed === 'file-or-pipe')) return;
  if (found.isDirectory()) throw new FileProblem('directory', 'it is a directory');
  const what = found.isSocket() ? 'a socket' : found.isFIFO() ? 'a named pipe' : 'a device';
  throw new FileProblem('not-a-file', `it is ${what}, not a file`);
}

/**
 * Chunk by chunk, because files in /proc say that their size is 0 and pipes have none. Closes the source.
 * @throws FileProblem when a pipe stays silent for longer than `silenceMs`, at the beginning or later
 */
export async function* chunksOf(source: Source, silenceMs: { first: number; later: number }): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let hasBegun = false;
  try {
    while (true) {
      const wait = hasBegun ? silenceMs.later : silenceMs.first;
      // An empty read of a FIFO before the first byte: nobody has opened it for writing yet.
      const chunk = await nextChunk(source, buffer, wait, source.isFifo && !hasBegun);
      if (chunk.length === 0) return;
      hasBegun = true;
      yield chunk;
    }
  } finally {
    await source.handle.close();
  }
}

async function nextChunk(source: Source, buffer: Buffer, silenceMs: number, isAwaited: boolean): Promise<Buffer> {
  const deadline = performance.now() + silenceMs;
  for (let wait: number = POLL_MS.first; ; wait = Math.min(wait * 2, POLL_MS.longest)) {
    const chunk = await readChunk(source, buffer);
    if (chunk !== 'not-yet' && !(isAwaited && chunk.length === 0)) return chunk;
    if (performance.now() >= deadline) throw silent(silenceMs);
    await sleep(wait);
  }
}

/**
 * A copy, because a page would keep a buffer that is sixty times as large. A turn of the thread pool for each page would
 * make the list of 10,000 connections take several times as long.
 */
async function readChunk({ handle, isKernels }: Source, buffer: Buffer): Promise<Buffer | 'not-yet'> {
  try {
    const bytesRead = isKernels
      ? readSync(handle.fd, buffer, 0, CHUNK_BYTES, null)
      : (await handle.read(buffer, 0, CHUNK_BYTES, null)).bytesRead;
    return Buffer.from(buffer.subarray(0, bytesRead));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 'not-yet';
    throw error;
  }
}

/** The error of an input that stays open and silent. */
export function silent(silenceMs: number): FileProblem {
  return new FileProblem('timed-out', `nothing more came within ${silenceMs / 1000} s`);
}

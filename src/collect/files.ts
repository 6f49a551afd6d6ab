import { constants, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SocketHolder, socketHolders } from './holders.ts';
import { decodeText } from './text.ts';

/** Why a file gave no text. */
export type FileErrorKind =
  | 'missing'
  | 'forbidden'
  | 'too-large'
  | 'not-text'
  | 'directory'
  | 'timed-out'
  | 'terminal'
  | 'unreadable';

/** The text of a file, or why there is none. */
export type FileContent = { readonly text: string } | { readonly error: FileErrorKind; readonly message: string };

/** The seam to files. Never rejects. */
export interface FileReader {
  read(path: string): Promise<FileContent>;
  /** The processes that hold sockets, as far as this user may see. */
  holders(): Promise<readonly SocketHolder[]>;
}

/** How much of a file is read, and how long a pipe may keep us waiting. */
export interface ReadLimits {
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
}

export const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;
export const DEFAULT_TIMEOUT_MS = 60_000;
const CHUNK_BYTES = 256 * 1024;
const POLL_MS = 20;

/** Reads files of this machine. */
export function localFiles(limits: ReadLimits = {}): FileReader {
  return { read: (path) => readFile(path, limits), holders: async () => socketHolders() };
}

async function readFile(path: string, limits: ReadLimits): Promise<FileContent> {
  let handle: FileHandle | undefined;
  try {
    // O_NONBLOCK: opening a FIFO that nobody writes to would otherwise keep a thread of the pool for ever.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stat = await handle.stat();
    if (stat.isDirectory()) return { error: 'directory', message: 'it is a directory' };
    const source = { handle, isFifo: stat.isFIFO(), isKernels: stat.isFile() && path.startsWith('/proc/') };
    return await readSource(source, limits);
  } catch (error) {
    return fileError(error);
  } finally {
    await handle?.close();
  }
}

interface Source {
  readonly handle: FileHandle;
  readonly isFifo: boolean;
  /** Made by the kernel on reading: never slow to come, and a page at a time. */
  readonly isKernels: boolean;
}

/** Chunk by chunk, because files in /proc say that their size is 0 and pipes have none. */
async function readSource(source: Source, limits: ReadLimits): Promise<FileContent> {
  const maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
  const timeoutMs = limits.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const chunks: Buffer[] = [];
  let size = 0;
  let deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const chunk = await readChunk(source, buffer);
    // An empty read of a FIFO before the first byte: nobody has opened it for writing yet.
    if (chunk === 'not-yet' || (source.isFifo && size === 0 && chunk.length === 0)) {
      await sleep(POLL_MS);
      continue;
    }
    if (chunk.length === 0) return decodeText(Buffer.concat(chunks));
    size += chunk.length;
    if (size > maxBytes) return tooLarge(maxBytes);
    chunks.push(chunk);
    deadline = performance.now() + timeoutMs;
  }
  return idle(timeoutMs);
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
    if (errorCode(error) === 'EAGAIN') return 'not-yet';
    throw error;
  }
}

/** The error for an input that grows beyond its limit. */
export function tooLarge(maxBytes: number): FileContent {
  return { error: 'too-large', message: `it is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB` };
}

/** The error for an input that stays open and silent. */
export function idle(timeoutMs: number): FileContent {
  return { error: 'timed-out', message: `nothing more came within ${timeoutMs / 1000} s` };
}

const FILE_ERRORS: Readonly<Record<string, { readonly error: FileErrorKind; readonly message: string }>> = {
  ENOENT: { error: 'missing', message: 'there is no such file' },
  ENOTDIR: { error: 'missing', message: 'there is no such file' },
  EACCES: { error: 'forbidden', message: 'this user may not read it' },
  EPERM: { error: 'forbidden', message: 'this user may not read it' },
  EISDIR: { error: 'directory', message: 'it is a directory' },
};

/** The error of a failed system call as a result. */
export function fileError(error: unknown): FileContent {
  const code = errorCode(error);
  const known = Object.hasOwn(FILE_ERRORS, code) ? FILE_ERRORS[code] : undefined;
  return known ?? { error: 'unreadable', message: `it cannot be read (${code})` };
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}

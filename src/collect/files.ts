import { INPUT_LIMITS, inMebibytes } from '../model/limits.ts';
import { type FileFailure, FileProblem, fileError } from './file-error.ts';
import { isFirstProcessHere } from './network-namespace.ts';
import { type SocketHolder, socketHolders } from './socket-owners.ts';
import { chunksOf, openSource } from './source.ts';
import { decodeText } from './text.ts';

/** The text of a file, or why there is none. */
export type FileContent = { readonly text: string } | FileFailure;

/** The seam to files. Never rejects. */
export interface FileReader {
  read(path: string): Promise<FileContent>;
  /** The processes that hold sockets, as far as this user may see. */
  holders(): Promise<readonly SocketHolder[]>;
  /** Whether process 1 is in our network namespace; left out by readers of other machines. */
  isFirstProcessHere?(): Promise<boolean>;
}

/** How much of an input is read, and how long it may keep us waiting: in all, and for the next byte. */
export interface ReadLimits {
  readonly maxBytes: number;
  readonly timeoutMs?: number;
  readonly silenceMs?: number;
}

/** Reads files of this machine that a live look asks for: files on disk and the kernel's, none of them large. */
export function localFiles(): FileReader {
  return {
    read: (path) => readFile(path, 'file', { maxBytes: mostBytesOf(path) }),
    holders: async () => socketHolders(),
    isFirstProcessHere: async () => isFirstProcessHere(),
  };
}

/** The lists of sockets grow with the pod; a process of the pod may write the others, and make them as large as it likes. */
function mostBytesOf(path: string): number {
  return path.startsWith('/proc/net/') ? INPUT_LIMITS.kernelListBytes : INPUT_LIMITS.liveFileBytes;
}

/** Reads a whole file or named pipe. Never rejects. */
export async function readFile(
  path: string,
  allowed: 'file' | 'file-or-pipe',
  limits: ReadLimits,
): Promise<FileContent> {
  try {
    const silenceMs = silenceOf(limits);
    const source = await openSource(path, allowed);
    return await gathered(chunksOf(source, { first: silenceMs, later: silenceMs }), limits);
  } catch (error) {
    return fileError(error);
  }
}

/**
 * The text in some chunks.
 * @throws FileProblem when they are too many, or too slow to come
 */
export async function gathered(chunks: AsyncIterable<Buffer>, limits: ReadLimits): Promise<FileContent> {
  const { maxBytes, timeoutMs = INPUT_LIMITS.inputSeconds * 1000 } = limits;
  const deadline = performance.now() + timeoutMs;
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) throw new FileProblem('too-large', `it is larger than ${inMebibytes(maxBytes)}`);
    if (performance.now() > deadline) {
      throw new FileProblem('timed-out', `it did not end within ${timeoutMs / 1000} s`);
    }
    kept.push(chunk);
  }
  return decodeText(Buffer.concat(kept));
}

/** How long an input may stay silent. */
export function silenceOf({ silenceMs = INPUT_LIMITS.silenceSeconds * 1000 }: ReadLimits): number {
  return silenceMs;
}

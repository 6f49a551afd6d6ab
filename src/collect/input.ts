import type { Readable } from 'node:stream';
import {
  DEFAULT_MAX_BYTES,
  DEFAULT_TIMEOUT_MS,
  type FileContent,
  fileError,
  idle,
  localFiles,
  type ReadLimits,
  tooLarge,
} from './files.ts';
import { decodeText } from './text.ts';

/** Standard input, as far as it is asked here. */
export type StandardInput = Readable & { readonly isTTY?: boolean };

/**
 * A file that the user named; `-` is standard input. Ends in every case: a terminal is refused, because somebody who
 * forgot the pipe would wait in vain, and a pipe that stays silent is given up after the time limit.
 */
export async function readInput(
  path: string,
  limits: ReadLimits = {},
  stdin: StandardInput = process.stdin,
): Promise<FileContent> {
  if (path !== '-') return localFiles(limits).read(path);
  if (stdin.isTTY === true) {
    return { error: 'terminal', message: 'standard input is a terminal; pipe the text in, or name a file' };
  }
  return readStream(stdin, limits);
}

async function readStream(stream: Readable, limits: ReadLimits): Promise<FileContent> {
  const maxBytes = limits.maxBytes ?? DEFAULT_MAX_BYTES;
  const timeoutMs = limits.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const chunks: Buffer[] = [];
  let size = 0;
  let silent = false;
  const timer = setTimeout(() => {
    silent = true;
    stream.destroy();
  }, timeoutMs);
  try {
    for await (const chunk of stream) {
      timer.refresh();
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += bytes.length;
      if (size > maxBytes) return tooLarge(maxBytes);
      chunks.push(bytes);
    }
    return silent ? idle(timeoutMs) : decodeText(Buffer.concat(chunks));
  } catch (error) {
    return silent ? idle(timeoutMs) : fileError(error);
  } finally {
    clearTimeout(timer);
  }
}

import type { Readable } from 'node:stream';
import { fileError } from './file-error.ts';
import { type FileContent, gathered, type ReadLimits, readFile, silenceOf } from './files.ts';
import { silent } from './source.ts';

/** The part of standard input that is used here. */
export type StandardInput = Readable & { readonly isTTY?: boolean };

/**
 * A file that the user named; `-` is standard input. Ends in every case: a terminal is refused, because somebody who
 * forgot the pipe would wait in vain, and a pipe that stays silent, or has no end, is given up after the time limit.
 */
export async function readInput(
  path: string,
  limits: ReadLimits,
  stdin: StandardInput = process.stdin,
): Promise<FileContent> {
  if (path !== '-') return readFile(path, 'file-or-pipe', limits);
  if (stdin.isTTY === true) {
    return { error: 'terminal', message: 'standard input is a terminal; pipe the text in, or name a file' };
  }
  try {
    return await gathered(chunksOfStream(stdin, silenceOf(limits)), limits);
  } catch (error) {
    return fileError(error);
  }
}

async function* chunksOfStream(stream: Readable, silenceMs: number): AsyncGenerator<Buffer> {
  const timer = setTimeout(() => stream.destroy(silent(silenceMs)), silenceMs);
  try {
    for await (const chunk of stream) {
      timer.refresh();
      yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    }
  } finally {
    clearTimeout(timer);
  }
}

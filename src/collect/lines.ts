import type { Readable } from 'node:stream';
import { INPUT_LIMITS, inMebibytes } from '../model/limits.ts';
import { FileProblem } from './file-error.ts';
import { chunksOf, openSource } from './source.ts';

/** A line; null where it is longer than any that means something (`INPUT_LIMITS.packetBytes`). */
export type Line = string | null;

/** A pipe must have a writer; what the writer sends may take any time to come. */
const SILENCE = { first: INPUT_LIMITS.silenceSeconds * 1000, later: Number.POSITIVE_INFINITY };

/**
 * The lines of a file, or of standard input (`-`), without their line ends, as many at a time as have come: one line at
 * a time would cost more than what is done with most of them. Read no faster than they are asked for, and no further
 * when nobody asks any more. Throws what the file system throws, and a FileProblem.
 */
export function readLines(path: string, stdin: Readable = process.stdin): AsyncGenerator<readonly Line[]> {
  return splitLines(path === '-' ? textOf(stdin) : textOfFile(path));
}

async function* textOf(stream: Readable): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  for await (const chunk of stream) yield String(chunk);
}

async function* textOfFile(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const source = await openSource(path, 'file-or-pipe');
  for await (const chunk of chunksOf(source, SILENCE)) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** Of a line that is too long nothing is kept: a piece of it would pass for a line of its own. */
async function* splitLines(texts: AsyncIterable<string>): AsyncGenerator<readonly Line[]> {
  let begun: Line = '';
  let dropped = 0;
  for await (const text of texts) {
    const lines: Line[] = text.split('\n');
    lines[0] = begun === null ? null : begun + (lines[0] ?? '');
    begun = fitting(lines.pop() ?? null);
    if (lines.length > 0) yield lines.map(finished);
    dropped = begun === null ? dropped + text.length : 0;
    if (dropped > INPUT_LIMITS.endlessLineBytes) throw endless();
  }
  if (begun !== '') yield [finished(begun)];
}

function endless(): FileProblem {
  return new FileProblem('too-large', `a line has no end within ${inMebibytes(INPUT_LIMITS.endlessLineBytes)}`);
}

function fitting(line: Line): Line {
  return line !== null && line.length > INPUT_LIMITS.packetBytes ? null : line;
}

function finished(line: Line): Line {
  const fits = fitting(line);
  return fits?.endsWith('\r') ? fits.slice(0, -1) : fits;
}

import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';

/** No line that means anything is longer; what comes behind is dropped, so that no input can fill the memory. */
const LONGEST_LINE = 64 * 1024;

/**
 * The lines of a file, or of standard input (`-`), without their line ends, as many at a time as have come: a line at
 * a time costs more than what is done with most of them. Read no faster than they are asked for, and given up when
 * nobody asks any more. Throws what the file system throws.
 */
export function readLines(path: string, stdin: Readable = process.stdin): AsyncGenerator<readonly string[]> {
  return splitLines(path === '-' ? stdin : createReadStream(path));
}

async function* splitLines(stream: Readable): AsyncGenerator<readonly string[]> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = String(chunk).split('\n');
    lines[0] = rest + (lines[0] ?? '');
    rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    yield lines.map(withoutReturn);
  }
  if (rest !== '') yield [withoutReturn(rest)];
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Line, readLines } from '../../src/collect/lines.ts';
import { INPUT_LIMITS } from '../../src/model/limits.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'istio-nat-lines-'));
});
afterAll(() => rmSync(root, { recursive: true }));

async function all(lines: AsyncIterable<readonly Line[]>): Promise<Line[]> {
  const found: Line[] = [];
  for await (const batch of lines) found.push(...batch);
  return found;
}

const piped = (...chunks: readonly string[]) =>
  all(readLines('-', Readable.from(chunks.map((text) => Buffer.from(text)))));
const LONG = 'x'.repeat(INPUT_LIMITS.packetBytes + 1);

describe('lines', () => {
  test('come whole, however they are cut into chunks', async () => {
    expect(await piped('on', 'e\ntw', 'o\r\n\nthree')).toEqual(['one', 'two', '', 'three']);
    expect(await piped('one\n')).toEqual(['one']);
    expect(await piped()).toEqual([]);
    const [first = 0, ...rest] = Buffer.from('ü\n');
    const halves = [Buffer.from([first]), Buffer.from(rest)];
    expect(await all(readLines('-', Readable.from(halves)))).toEqual(['ü']);
  });

  test('of a file as well', async () => {
    writeFileSync(join(root, 'file'), `one\n${'y'.repeat(300_000)}\nthree`);
    expect(await all(readLines(join(root, 'file')))).toEqual(['one', null, 'three']);
  });
});

describe('a line that is too long', () => {
  test('is one line, and nothing of it another', async () => {
    expect(await piped(`${LONG}\nnext\n`)).toEqual([null, 'next']);
    expect(await piped(LONG, 'rest', 'of it\nnext\n')).toEqual([null, 'next']);
    expect(await piped('before\n', LONG, '\n', 'next')).toEqual(['before', null, 'next']);
    expect(await piped(LONG, LONG)).toEqual([null]);
  });

  test('of just the length is none', async () => {
    const longest = LONG.slice(1);
    expect(await piped(longest.slice(0, 9), longest.slice(9), '\nnext')).toEqual([longest, 'next']);
  });

  test('without end is given up', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const endless = Readable.from(
      Array.from({ length: INPUT_LIMITS.endlessLineBytes / chunk.length + 2 }, () => chunk),
    );
    await expect(all(readLines('-', endless))).rejects.toThrow('a line has no end within 64 MiB');
  });
});

test('a device, or a directory, is refused', async () => {
  await expect(all(readLines('/dev/zero'))).rejects.toThrow('it is a device, not a file');
  await expect(all(readLines('/'))).rejects.toThrow('it is a directory');
});

test('a pipe is read to its end', async () => {
  const fifo = join(root, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const lines = all(readLines(fifo));
  await writeFile(fifo, 'one\ntwo\n');
  expect(await lines).toEqual(['one', 'two']);
});

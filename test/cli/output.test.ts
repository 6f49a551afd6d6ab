import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { write, writeAll } from '../../src/cli/output.ts';

/** A reader that takes its time, and that goes away after so many bytes. */
function reader(options: { leaveAfter?: number; delay?: number } = {}) {
  const taken: string[] = [];
  const stream = new Writable({
    highWaterMark: 16,
    decodeStrings: false,
    write(chunk, _encoding, done) {
      taken.push(String(chunk));
      const gone = taken.join('').length > (options.leaveAfter ?? Number.POSITIVE_INFINITY);
      const error = gone ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null;
      setTimeout(() => done(error), options.delay ?? 0);
    },
  });
  stream.on('error', () => undefined);
  return { stream, taken };
}

async function* numbers(count: number, asked: { last: number }) {
  for (let number = 0; number < count; number += 1) {
    asked.last = number;
    yield [number];
  }
}

describe('write', () => {
  it('waits until the reader takes more', async () => {
    const { stream, taken } = reader({ delay: 5 });
    expect(await write(stream, 'x'.repeat(100))).toBe(true);
    expect(stream.writableLength).toBe(0);
    expect(taken).toHaveLength(1);
  });

  it('says when the reader has gone, and then writes no more', async () => {
    const { stream } = reader({ leaveAfter: 10 });
    expect(await write(stream, 'x'.repeat(100))).toBe(false);
    expect(await write(stream, 'y')).toBe(false);
  });
});

describe('writeAll', () => {
  it('writes every item in order', async () => {
    const { stream, taken } = reader();
    await writeAll(stream, numbers(50_000, { last: 0 }), (number) => `${number}\n`);
    expect(taken.join('')).toBe(Array.from({ length: 50_000 }, (_, number) => `${number}\n`).join(''));
    expect(taken.length).toBeLessThan(100);
  });

  it('answers at once when the next item is slow to come', async () => {
    const { stream, taken } = reader();
    async function* slow() {
      yield ['first'];
      await sleep(20);
      expect(taken).toEqual(['first']);
      yield ['second'];
    }
    await writeAll(stream, slow(), (item) => item);
    expect(taken).toEqual(['first', 'second']);
  });

  it('writes the items of a batch in order, in chunks', async () => {
    const { stream, taken } = reader();
    async function* batches() {
      yield Array.from({ length: 50_000 }, (_, number) => number);
      yield [];
      yield [50_000];
    }
    await writeAll(stream, batches(), (number) => `${number}\n`);
    expect(taken.join('')).toBe(Array.from({ length: 50_001 }, (_, number) => `${number}\n`).join(''));
    expect(taken.length).toBeGreaterThan(2);
  });

  it('takes no more of a batch than a slow reader takes', async () => {
    const { stream } = reader({ delay: 50 });
    const asked = { last: 0 };
    function* batch() {
      for (; asked.last < 1000; asked.last += 1) yield 'x'.repeat(16_384);
    }
    async function* batches() {
      yield batch();
    }
    const done = writeAll(stream, batches(), (text) => text);
    await sleep(60);
    expect(asked.last).toBeLessThan(20);
    stream.destroy();
    await done;
  });

  it('asks for no more than a slow reader takes', async () => {
    const { stream } = reader({ delay: 50 });
    const asked = { last: 0 };
    const done = writeAll(stream, numbers(1000, asked), () => 'x'.repeat(16_384));
    await sleep(60);
    expect(asked.last).toBeLessThan(20);
    stream.destroy();
    await done;
  });

  it('stops when the reader has gone', async () => {
    const { stream } = reader({ leaveAfter: 100_000 });
    const asked = { last: 0 };
    await writeAll(stream, numbers(1_000_000, asked), (number) => `${number}\n`);
    expect(asked.last).toBeLessThan(100_000);
  });
});

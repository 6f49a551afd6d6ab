import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localFiles } from '../../src/collect/files.ts';
import { readInput } from '../../src/collect/input.ts';

const MIB = { maxBytes: 1024 * 1024 };

let root: string;
const at = (name: string) => join(root, name);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'istio-nat-files-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(at(name), content);
  return at(name);
}

describe('text', () => {
  test('UTF-8, with and without a byte order mark', async () => {
    expect(await localFiles().read(file('plain', 'größe\n'))).toEqual({ text: 'größe\n' });
    expect(await localFiles().read(file('bom', '\ufeff*nat\n'))).toEqual({ text: '*nat\n' });
  });

  test('UTF-16 with a byte order mark, as PowerShell writes it', async () => {
    const little = Buffer.from('\ufeff*nat\r\n', 'utf16le');
    expect(await localFiles().read(file('le', little))).toEqual({ text: '*nat\r\n' });
    expect(await localFiles().read(file('be', Buffer.from(little).swap16()))).toEqual({ text: '*nat\r\n' });
  });

  test('UTF-16 without one is named, other binary files too', async () => {
    const utf16 = await localFiles().read(file('bare', Buffer.from('-A OUTPUT -j X\n', 'utf16le')));
    expect(utf16).toMatchObject({ error: 'not-text', message: expect.stringContaining('UTF-16') });
    const binary = await localFiles().read(file('binary', new Uint8Array([127, 69, 76, 70, 0, 1, 2, 3, 4, 5, 6])));
    expect(binary).toMatchObject({ error: 'not-text', message: expect.stringContaining('binary') });
  });

  test('an empty file is empty text, and files in /proc have a content though their size is 0', async () => {
    expect(await localFiles().read(file('empty', ''))).toEqual({ text: '' });
    expect(await localFiles().read('/proc/self/status')).toMatchObject({ text: expect.stringContaining('CapEff:') });
  });
});

describe('no text', () => {
  test('missing, a directory, too large', async () => {
    expect(await localFiles().read(at('nothing'))).toMatchObject({ error: 'missing' });
    expect(await localFiles().read(`${file('plain2', '')}/below`)).toMatchObject({ error: 'missing' });
    expect(await localFiles().read(root)).toMatchObject({ error: 'directory' });
    const large = file('large', 'x'.repeat(2 * 1024 * 1024));
    const tooLarge = { error: 'too-large', message: 'it is larger than 1 MiB' };
    expect(await localFiles().read(large)).toEqual(tooLarge);
    expect(await readInput(large, MIB)).toEqual(tooLarge);
  });

  test('what is no file is not opened, live or named by the user', async () => {
    for (const read of [(path: string) => localFiles().read(path), (path: string) => readInput(path, MIB)]) {
      for (const path of ['/dev/zero', '/dev/tty', '/dev/null']) {
        expect(await read(path)).toEqual({ error: 'not-a-file', message: 'it is a device, not a file' });
      }
      expect(await read('/')).toMatchObject({ error: 'directory' });
    }
    const server = createServer().listen(at('listens'));
    await once(server, 'listening');
    expect(await readInput(at('listens'), MIB)).toEqual({ error: 'not-a-file', message: 'it is a socket, not a file' });
    server.close();
  });

  test('a live file is a file: a pipe in its place is not waited for', async () => {
    execFileSync('mkfifo', [at('instead')]);
    expect(await localFiles().read(at('instead'))).toMatchObject({ error: 'not-a-file' });
  });

  test.skipIf(process.getuid?.() !== 0)('forbidden, as an unprivileged user sees it', () => {
    const path = file('secret', 'x');
    chmodSync(path, 0o600);
    chmodSync(root, 0o755);
    const module = new URL('../../src/collect/files.ts', import.meta.url).pathname;
    const script = `import(${JSON.stringify(module)}).then(m => m.localFiles().read(${JSON.stringify(path)})).then(r => console.log(r.error))`;
    const tsx = new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url).pathname;
    const shown = execFileSync('setpriv', [
      ...['--reuid', '1337', '--regid', '1337', '--clear-groups', '--inh-caps=-all'],
      ...[process.execPath, tsx, '-e', script],
    ]);
    expect(shown.toString().trim()).toBe('forbidden');
  });
});

describe('pipes', () => {
  test('a FIFO without a writer is given up', async () => {
    execFileSync('mkfifo', [at('silent')]);
    expect(await readInput(at('silent'), { ...MIB, silenceMs: 200 })).toEqual({
      error: 'timed-out',
      message: 'nothing more came within 0.2 s',
    });
  });

  test('a FIFO is read to its end, however slowly it comes', async () => {
    execFileSync('mkfifo', [at('slow')]);
    const writer = spawn('sh', ['-c', `{ sleep 0.2; echo one; sleep 0.2; echo two; } >${at('slow')}`]);
    expect(await readInput(at('slow'), MIB)).toEqual({ text: 'one\ntwo\n' });
    writer.kill();
  });
});

describe('standard input', () => {
  test('is read to its end', async () => {
    expect(await readInput('-', MIB, Readable.from([Buffer.from('*nat\n'), 'COMMIT\n']))).toEqual({
      text: '*nat\nCOMMIT\n',
    });
  });

  test('a terminal is refused', async () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    expect(await readInput('-', MIB, terminal)).toMatchObject({ error: 'terminal' });
  });

  test('silence is given up, and so is a flood', async () => {
    const silent = new PassThrough();
    silent.write('some');
    expect(await readInput('-', { ...MIB, silenceMs: 100 }, silent)).toMatchObject({ error: 'timed-out' });
    const flood = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(100_000, 'x')));
    expect(await readInput('-', MIB, flood)).toMatchObject({ error: 'too-large' });
  });

  test('what comes too slowly is given up, though it never falls silent', async () => {
    async function* slowly(): AsyncGenerator<Buffer> {
      for (;;) {
        await sleep(20);
        yield Buffer.from('x');
      }
    }
    const slow = { ...MIB, silenceMs: 5000, timeoutMs: 200 };
    expect(await readInput('-', slow, Readable.from(slowly()))).toEqual({
      error: 'timed-out',
      message: 'it did not end within 0.2 s',
    });
  });

  test('any other name is a file', async () => {
    expect(await readInput(file('named', 'x'), MIB)).toEqual({ text: 'x' });
  });
});

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localFiles } from '../../src/collect/files.ts';
import { readInput } from '../../src/collect/input.ts';

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
    const limited = await localFiles({ maxBytes: 1024 * 1024 }).read(large);
    expect(limited).toEqual({ error: 'too-large', message: 'it is larger than 1 MiB' });
    expect(await localFiles({ maxBytes: 1024 * 1024 }).read('/dev/zero')).toMatchObject({ error: 'too-large' });
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
    const started = performance.now();
    expect(await localFiles({ timeoutMs: 200 }).read(at('silent'))).toMatchObject({ error: 'timed-out' });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('a FIFO is read to its end, however slowly it comes', async () => {
    execFileSync('mkfifo', [at('slow')]);
    const writer = spawn('sh', ['-c', `{ sleep 0.2; echo one; sleep 0.2; echo two; } >${at('slow')}`]);
    expect(await localFiles({ timeoutMs: 5000 }).read(at('slow'))).toEqual({ text: 'one\ntwo\n' });
    writer.kill();
  });
});

describe('standard input', () => {
  test('is read to its end', async () => {
    expect(await readInput('-', {}, Readable.from([Buffer.from('*nat\n'), 'COMMIT\n']))).toEqual({
      text: '*nat\nCOMMIT\n',
    });
  });

  test('a terminal is refused', async () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    expect(await readInput('-', {}, terminal)).toMatchObject({ error: 'terminal' });
  });

  test('silence is given up, and so is a flood', async () => {
    const silent = new PassThrough();
    silent.write('some');
    expect(await readInput('-', { timeoutMs: 100 }, silent)).toMatchObject({ error: 'timed-out' });
    const flood = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(100_000, 'x')));
    expect(await readInput('-', { maxBytes: 1024 * 1024 }, flood)).toMatchObject({ error: 'too-large' });
  });

  test('any other name is a file', async () => {
    expect(await readInput(file('named', 'x'))).toEqual({ text: 'x' });
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INPUT_LIMITS } from '../../src/model/limits.ts';
import { program } from './spawn.ts';

const SAVE =
  '*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n';
const PACKET = '{"hook":"OUTPUT","source":"10.0.0.1","destination":"10.0.0.2","destinationPort":80}';

let root: string;
const at = (name: string) => join(root, name);
const file = (name: string, text: string) => {
  writeFileSync(at(name), text);
  return at(name);
};
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'istio-nat-bounds-'));
  file('save', SAVE);
});
afterAll(() => rmSync(root, { recursive: true }));

/** Every argument that names a file, and the exit code where it cannot be had. */
const FILES: readonly (readonly [string, (path: string) => string[], number])[] = [
  ['--rules', (path) => ['check', '--rules', path], 3],
  ['--sockets', (path) => ['sockets', '--sockets', path], 3],
  ['--config', (path) => ['expected', '--config', path], 2],
  ['--packets', (path) => ['trace', '--rules', at('save'), '--packets', path], 3],
];

describe.each(FILES)('%s', (_, argv, code) => {
  test.each([
    ['/dev/zero', 'it is a device, not a file'],
    ['/', 'it is a directory'],
  ])('%s is refused', async (path, message) => {
    const { stdout, stderr, exitCode } = await program(argv(path));
    expect([stdout, exitCode]).toEqual(['', code]);
    expect(stderr).toContain(`${path}: ${message}`);
  });
});

test('a FIFO that nobody writes to is given up, and the way out is said', async () => {
  execFileSync('mkfifo', [at('fifo')]);
  const { stderr, exitCode } = await program(['check', '--rules', at('fifo')]);
  expect(exitCode).toBe(3);
  expect(stderr).toContain(`fifo: nothing more came within ${INPUT_LIMITS.silenceSeconds} s`);
  expect(stderr).toContain('Save the text to a file first');
}, 60_000);

test('a text of more than is read could not be looked at', async () => {
  const tables = Array.from({ length: INPUT_LIMITS.tables + 1 }, (_, number) => `*t${number}\nCOMMIT\n`).join('');
  const { stdout, exitCode } = await program(['check', '--rules', file('tables', tables), '--json']);
  expect(exitCode).toBe(3);
  const { verdict, findings, undetermined } = JSON.parse(stdout);
  expect([verdict, findings]).toEqual(['undetermined', []]);
  expect(undetermined[0].message).toBe(
    `${at('tables')} was not read: line 2001: there are more than 1,000 tables, and no more are read`,
  );
});

test('texts of more bytes than are read, alone or together', async () => {
  const half = file('half', '#'.repeat(INPUT_LIMITS.rulesBytes / 2 + 1));
  const { stderr, exitCode } = await program(['trace', '--rules', half, '--rules', half, '--packets', '/dev/null']);
  expect(exitCode).toBe(3);
  expect(stderr).toContain('half: ');
  expect(stderr).toContain('48 MiB');
});

test('more files than a pod has texts', async () => {
  const files = Array.from({ length: INPUT_LIMITS.rulesFiles + 1 }, () => ['--rules', at('save')]).flat();
  const { stderr, exitCode } = await program(['check', ...files]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--rules is given 65 times');
});

test('a line of packets that is too long is an error of that line, and nothing of it a packet', async () => {
  const long = ' '.repeat(INPUT_LIMITS.packetBytes) + PACKET;
  const packets = file('packets', `${PACKET}\n${long}\n${PACKET}\n`);
  const { stdout, exitCode } = await program(['trace', '--rules', at('save'), '--packets', packets, '--verdict-only']);
  expect(exitCode).toBe(2);
  const [first, second, third, ...rest] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(second).toEqual({ error: 'the line is longer than 64 KiB, which no packet is', line: 2 });
  expect([first.verdict, third.verdict, rest]).toEqual([{ kind: 'accept' }, { kind: 'accept' }, []]);
});

test('a packet that is nested deeply is an error of its line', async () => {
  const deep = `{"hook":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  const { stdout, exitCode } = await program(['trace', '--rules', at('save'), '--packets', file('deep', `${deep}\n`)]);
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ line: 1, error: expect.stringContaining('something nested too deeply') });
});

describe('a configuration', () => {
  test.each([
    ['longer than any', ' '.repeat(INPUT_LIMITS.configBytes + 1), 'it is larger than 4 MiB'],
    ['with a list longer than any', JSON.stringify({ inboundPortsExclude: Array(20_001).fill(80) }), '20,001 elements'],
    [
      'with more keys than there are',
      JSON.stringify(Object.fromEntries([...Array(1001).keys()].map((key) => [`k${key}`, 1]))),
      '1,001 keys',
    ],
    [
      'with more mistakes than are told',
      JSON.stringify({ proxyPort: '1', ...Object.fromEntries([...Array(900).keys()].map((key) => [`k${key}`, 1])) }),
      '880 more keys or values are wrong',
    ],
  ])('%s is a usage error', async (name, text, message) => {
    const { stdout, stderr, exitCode } = await program(['expected', '--config', file(name, text)]);
    expect([stdout, exitCode]).toEqual(['', 2]);
    expect(stderr).toContain(message);
  });
});

import { type StdioOptions, spawnSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { isBuilt } from './spawn.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = `${ROOT}bin/run.js`;
const EXAMPLE = ['check', '--example'];

describe.skipIf(!isBuilt)('a hostile place', () => {
  it.each([EXAMPLE, [...EXAMPLE, '--json'], ['--version']])('says that a full disk took no output: %j', (...argv) => {
    const { status, stderr } = withFull((full) => run(argv, ['ignore', full, 'pipe']));
    expect(stderr).toMatch(/^istio-nat: The output could not be written: ENOSPC.*\n$/);
    expect(status).toBe(3);
  });

  it('reports though nothing can be written to stderr', () => {
    const argv = ['trace', '--rules', `${ROOT}examples/broken-pod/rules.v4.save`, '--hook', 'OUTPUT'];
    const packet = [
      '--destination',
      '10.1.2.3',
      '--destination-port',
      '80',
      '--out-interface',
      'eth0',
      '--uid',
      '1000',
    ];
    const { status, stdout } = withFull((full) => run([...argv, ...packet], ['ignore', 'pipe', full]));
    expect(stdout).toContain('redirected to port 15001');
    expect(status).toBe(0);
  });

  it('looks from a directory that is deleted', () => {
    const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$0" "$@"';
    const { stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, PROGRAM, 'check', '--json'], TEXT);
    expect(JSON.parse(stdout)).toHaveProperty('verdict');
    expect(stderr).toBe('');
  });
});

describe('a place where the program cannot run', () => {
  it('is a Node.js that is too old', () => {
    const { engines } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
    const old = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.18.3" } })';
    const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(old)}`;
    const { status, stderr } = run(EXAMPLE, 'pipe', { NODE_OPTIONS });
    expect(stderr).toBe(`istio-nat: It needs Node.js ${engines.node.replace('>=', '')} or later; this is 20.18.3.\n`);
    expect(status).toBe(3);
  });

  it.each(['', '\x1b]0;title\x07'])('is an installation that lacks files: %j', (name) => {
    const folder = join(mkdtempSync(join(tmpdir(), 'istio-nat-')), `program${name}`, 'bin');
    mkdirSync(folder, { recursive: true });
    try {
      cpSync(PROGRAM, join(folder, 'run.mjs'));
      const { status, stderr } = spawnSync(process.execPath, [join(folder, 'run.mjs'), ...EXAMPLE], TEXT);
      expect(stderr).toMatch(/^istio-nat: It cannot be loaded: .*main\.js.*\n {2}Install it again/);
      expect(stderr).not.toContain('\x1b');
      expect(status).toBe(3);
    } finally {
      rmSync(join(folder, '../..'), { recursive: true });
    }
  });
});

const ESCAPES = '\x1b]0;title\x07\x9b2J\u202e';

describe.skipIf(!isBuilt)('an input that drives terminals and ends in an error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'istio-nat-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each<[string, () => readonly string[]]>([
    ['a flag', () => ['check', `--${ESCAPES}`]],
    ['a command', () => [ESCAPES]],
    ['a value', () => ['check', '--proxy-port', ESCAPES]],
    ['a file name', () => ['check', '--rules', `/${ESCAPES}`]],
    ['the content of --rules', () => ['check', '--rules', file('rules', `${ESCAPES}\n`)]],
    ['a rule', () => ['check', '--rules', file('rule', `*nat\n-A OUTPUT -m ${ESCAPES}\nCOMMIT\n`)]],
    ['the content of --config', () => ['check', '--config', file('config', `{"${ESCAPES.slice(1)}": 1}`)]],
    ['a configuration that is no JSON', () => ['expected', '--config', file('text', ESCAPES)]],
    ['a packet', () => ['trace', ...EMPTY_RULES(), '--packets', file('packets', `{"${ESCAPES.slice(1)}":1}\n`)]],
  ])('%s reaches none, not even with its stack', (_, argv) => {
    for (const format of [[], ['--json']]) {
      const { stdout, stderr, status } = run([...argv(), ...format], 'pipe', { ISTIO_NAT_DEBUG: '1' });
      expect(status).not.toBe(0);
      for (const character of ['\x1b', '\x07', '\x9b', '\u202e']) expect(stdout + stderr).not.toContain(character);
    }
  });

  const EMPTY_RULES = () => ['--rules', file('empty', '*nat\nCOMMIT\n')];
});

const TEXT = { encoding: 'utf8' } as const;

function run(argv: readonly string[], stdio: StdioOptions, env = {}) {
  return spawnSync(process.execPath, [PROGRAM, ...argv], { ...TEXT, stdio, env });
}

/** Runs something with a file that takes no byte, as on a full disk. */
function withFull<T>(use: (descriptor: number) => T): T {
  const descriptor = openSync('/dev/full', 'w');
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

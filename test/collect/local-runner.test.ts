import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { localRunner } from '../../src/collect/local-runner.ts';

const program = (name: string) => fileURLToPath(new URL(`../fixtures/collect/${name}`, import.meta.url));
const run = (name: string, args: string[] = [], options = {}) => localRunner().run([program(name), ...args], options);

afterEach(() => void vi.unstubAllEnvs());

describe('an ordinary end', () => {
  test('keeps exit code, output and the path that was executed', async () => {
    const result = await run('fails');
    expect(result).toMatchObject({ exitCode: 4, stdout: 'out\n', stderr: 'no such thing\n', failure: null });
    expect(result.path).toBe(program('fails'));
  });

  test('hands arguments over as they are, without a shell, with an empty standard input, and two variables', async () => {
    vi.stubEnv('TCPDIAG_FILE', '/dev/null');
    vi.stubEnv('LC_MESSAGES', 'de_DE.UTF-8');
    vi.stubEnv('PATH', '/usr/bin:/bin');
    const result = await run('shows', ['$(id)', 'a b', '; true']);
    expect(result.stdout).toBe('$(id)\na b\n; true\nPATH=/usr/bin:/bin\nLC_ALL=C\n');
  });

  test.each(['', undefined])('without a PATH of ours (%j) the usual one', async (path) => {
    vi.stubEnv('PATH', path);
    const { stdout } = await run('shows');
    expect(stdout.split('\n')).toContain('PATH=/usr/local/bin:/usr/bin:/bin');
  });

  test('bytes that are no text do no harm', async () => {
    const result = await run('garbage');
    expect(result.failure).toBeNull();
    expect(result.stdout).toContain('once upon a time');
  });
});

describe('a program that does not end well', () => {
  test('is killed when its time is over, though it ignores SIGTERM, and its children with it', async () => {
    const result = await run('hangs', [], { timeoutMs: 300 });
    expect(result.failure?.kind).toBe('timed-out');
    expect(result.exitCode).toBeNull();
    expect(result.stdout).toBe('before\n');
    expect(result.durationMs).toBeLessThan(2000);
    expect(running('hangs')).toEqual([]);
  });

  test('a child that keeps the output open does not keep us', async () => {
    const result = await run('forks', [], { timeoutMs: 400 });
    expect(result.failure?.kind).toBe('timed-out');
    expect(result.stdout).toBe('from the parent\n');
    expect(result.durationMs).toBeLessThan(2000);
    expect(running('sleep\x180')).toEqual([]);
  });

  test('not even one that has left the process group', async () => {
    const result = await run('escapes', [], { timeoutMs: 400 });
    expect(result.failure?.kind).toBe('timed-out');
    expect(result.durationMs).toBeLessThan(2000);
  });

  test('is stopped when it prints more than the limit', async () => {
    const result = await run('floods', [], { maxBytes: 5_000_000 });
    expect(result.failure?.kind).toBe('too-much-output');
    expect(result.exitCode).toBeNull();
    expect(result.stdout.length).toBeLessThanOrEqual(5_000_000);
    expect(result.failure?.message).toContain('5 MiB');
  });

  test('says by which signal it ended', async () => {
    const result = await run('dies');
    expect(result).toMatchObject({ exitCode: null, stdout: 'half a li\n', failure: { kind: 'killed' } });
    expect(result.failure?.message).toContain('SIGSEGV');
  });
});

describe('a program that cannot be started', () => {
  test.each([
    ['a directory', program('a-directory'), 'not-executable'],
    ['no x bit', program('not-executable'), 'not-executable'],
    ['no interpreter', program('foreign'), 'not-executable'],
    ['no such file', program('nothing'), 'not-found'],
    ['no such name', 'istio-nat-no-such-tool', 'not-found'],
    ['an empty name', '', 'not-executable'],
    ['a NUL byte', 'iptables\0save', 'not-executable'],
  ])('%s', async (_, path, kind) => {
    const result = await localRunner().run([path]);
    expect(result.failure?.kind).toBe(kind);
    expect(result).toMatchObject({ exitCode: null, stdout: '', stderr: '' });
    expect(result.failure?.message).not.toBe('');
  });
});

test('an argument that execve does not take is a failure as well, not an exception', async () => {
  expect((await run('shows', ['a\0b'])).failure?.kind).toBe('not-executable');
});

/** Processes of this machine whose command line contains the text. */
function running(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(text));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

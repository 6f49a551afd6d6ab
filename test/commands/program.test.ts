import { describe, expect, it } from 'vitest';
import { isBuilt, program, start } from './spawn.ts';

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isBuilt)('the program', () => {
  it('shows its commands when asked for nothing or for help', async () => {
    for (const argv of [[], ['--help'], ['-h'], ['help']]) {
      const { stdout, stderr, exitCode } = await program(argv);
      expect(stdout).toContain('COMMANDS\n  check ');
      expect([stderr, exitCode]).toEqual(['', 0]);
    }
  });

  it.each(['check', 'trace', 'expected', 'explain'])('has help with examples for %s', async (command) => {
    for (const argv of [
      [command, '--help'],
      ['help', command],
      [command, '-h'],
    ]) {
      const { stdout, stderr, exitCode } = await program(argv);
      expect(stdout).toContain('EXAMPLES');
      expect(stdout).toContain(`$ istio-nat ${command} `);
      expect([stderr, exitCode]).toEqual(['', 0]);
    }
  });

  it('shows its version', async () => {
    expect(await program(['--version'])).toMatchObject({
      stdout: expect.stringMatching(/^istio-nat\/\d/),
      exitCode: 0,
    });
  });

  it.each<[string[], string]>([
    [['chek'], 'Did you mean check?'],
    [['nonsense'], 'The commands are check, diff, expected,'],
    [['help', 'chek'], 'Did you mean check?'],
    [['--rules', 'x'], '--rules is where a command should be'],
    [['trace', 'pod-1'], 'Unexpected argument: pod-1'],
    [['check', '-n', 'default'], '-n is kept for the namespace of a pod'],
    [['check:x'], 'There is no command check:x'],
    [['trace', '--destination-prt', '80'], 'Did you mean --destination-port?'],
  ])('refuses %j and says what there is', async (argv, message) => {
    const { stdout, stderr, exitCode } = await program(argv);
    expect(stderr).toContain(message);
    expect([stdout, exitCode]).toEqual(['', 2]);
  });

  it('gives a program that asks for JSON one document, even when it asks wrongly', async () => {
    for (const argv of [
      ['chek', '--json'],
      ['check', '--json', '--rule'],
      ['trace', '-o', 'json', 'x'],
    ]) {
      const { stdout, exitCode } = await program(argv);
      expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, error: { kind: 'usage', exitCode: 2 } });
      expect(exitCode).toBe(2);
    }
  });

  it.each(['development', 'test', 'production'])('says nothing of its own when NODE_ENV is %s', async (NODE_ENV) => {
    for (const argv of [['--version'], ['check', '--family', 'ipv4', '--json']]) {
      const { stderr } = await program(argv, { env: { NODE_ENV } });
      expect(stderr).not.toMatch(/warn/i);
    }
  });

  it.skipIf(!isRoot)('works for a user that is not in passwd, without HOME', async () => {
    expect(await program(['--version'], { uid: 54321 })).toMatchObject({ stderr: '', exitCode: 0 });
  });

  it('does not wait for a standard input that nobody closes', async () => {
    const { exitCode, ms } = await program(['check', '--family', 'ipv4'], { stdin: 'open' });
    expect(exitCode).toBe(2);
    expect(ms).toBeLessThan(8_000);
  });

  it('is quiet when its reader has gone', async () => {
    const child = start(['check', '--help']);
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += String(chunk);
    });
    child.stdout?.destroy();
    const exitCode = await new Promise((resolve) => child.once('exit', resolve));
    expect([exitCode, stderr]).toEqual([0, '']);
  });
});

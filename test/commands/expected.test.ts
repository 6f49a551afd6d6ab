import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Expected } from '../../src/commands/expected.ts';
import { UsageError } from '../../src/model/errors.ts';
import { run } from './run.ts';

const { declaredInputs, expected } = vi.hoisted(() => ({ declaredInputs: vi.fn(), expected: vi.fn() }));
vi.mock('../../src/cli/gather.ts', () => ({ declaredInputs }));
vi.mock('../../src/pipeline/expected.ts', () => ({ expected }));

beforeEach(() => {
  expected.mockReset();
  expected.mockReturnValue({ text: '*nat\nCOMMIT\n', notes: [] });
  declaredInputs.mockReset();
});

describe('expected', () => {
  it('prints what the pipeline says, unchanged', async () => {
    expect(await run(Expected, [])).toEqual({ stdout: '*nat\nCOMMIT\n', stderr: '', exitCode: 0 });
  });

  it('keeps remarks apart from the rules', async () => {
    expected.mockReturnValue({ text: '*nat\nCOMMIT\n', notes: ['a remark'] });
    expect(await run(Expected, [])).toEqual({
      stdout: '*nat\nCOMMIT\n',
      stderr: 'istio-nat: a remark\n',
      exitCode: 0,
    });
  });

  it.each([
    [[], { output: 'save' }],
    [['-o', 'S', '--family', 'ipv6'], { output: 'S', family: 'ipv6' }],
    [['--output', 'nft'], { output: 'nft' }],
    [['--json'], { output: 'json' }],
  ])('%j asks for %j', async (argv, request) => {
    await run(Expected, [...argv, '--istio-version', '1.20.1', '--redirect-dns', 'true']);
    expect(expected.mock.lastCall?.[1]).toEqual(request);
    expect(declaredInputs.mock.lastCall?.[0]).toMatchObject({ istioVersion: '1.20.1', flags: { redirectDns: 'true' } });
  });

  it('lists its formats when asked for another', async () => {
    const outcome = await run(Expected, ['-o', 'table']);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('The formats are save, S, nft, json, yaml.');
  });

  it('hands on what is wrong with an input', async () => {
    declaredInputs.mockRejectedValue(new UsageError('--proxy-uid: "root" is no id'));
    const outcome = await run(Expected, ['--proxy-uid', 'root', '--json']);
    expect(outcome.exitCode).toBe(2);
    expect(JSON.parse(outcome.stdout).error.message).toBe('--proxy-uid: "root" is no id');
  });
});

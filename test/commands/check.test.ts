import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Check } from '../../src/commands/check.ts';
import { CannotLook, UsageError } from '../../src/model/errors.ts';
import type { CheckReport } from '../../src/model/report.ts';
import type { CheckRequest } from '../asked.ts';
import { BROKEN, HEALTHY, UNDETERMINED } from '../report/sample.ts';
import { run } from './run.ts';

const { check, gather } = vi.hoisted(() => ({ check: vi.fn(), gather: vi.fn() }));
vi.mock('../../src/cli/gather.ts', () => ({ gather }));
vi.mock('../../src/pipeline/check.ts', () => ({ check }));

/** Nothing of it is looked at here. */
const GATHERED = { facts: {}, declared: {} };

function answer(report: CheckReport): void {
  check.mockReturnValue(report);
}

/** What the command gathered last. */
function asked(): CheckRequest {
  return gather.mock.lastCall?.[0];
}

beforeEach(() => {
  check.mockReset();
  gather.mockReset();
  gather.mockResolvedValue(GATHERED);
  answer(HEALTHY);
});

const FORMATS = [['-o', 'table'], ['-o', 'json'], ['--json']];

describe('check ends with the exit code of the contract', () => {
  const warned: CheckReport = { ...BROKEN, verdict: 'degraded', summary: { error: 0, warning: 1, info: 0 } };
  it.each(
    FORMATS.flatMap((format) =>
      [
        ['a healthy pod', HEALTHY, [], 0],
        ['a broken pod', BROKEN, [], 1],
        ['warnings', warned, [], 0],
        ['warnings that shall fail', warned, ['--fail-on', 'warning'], 1],
        ['a broken pod that shall not fail', BROKEN, ['--fail-on', 'never'], 0],
        ['rules that cannot be read', UNDETERMINED, [], 3],
        ['findings in spite of that', { ...BROKEN, undetermined: UNDETERMINED.undetermined }, [], 1],
      ].map((row) => [format.join(' '), ...row] as [string, string, CheckReport, string[], number]),
    ),
  )('%s: %s', async (format, _, report, flags, exitCode) => {
    answer(report);
    const outcome = await run(Check, [...format.split(' '), ...flags]);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stderr).toBe('');
    if (format !== '-o table') expect(JSON.parse(outcome.stdout)).toEqual(report);
  });

  it.each(
    FORMATS.flatMap((format) =>
      (
        [
          [new UsageError('--proxy-port: 0 is no port', { hint: 'Ports are 1–65535.' }), 2, 'usage'],
          [new CannotLook('pod.rules: there is no such file'), 3, 'cannot-look'],
          [new TypeError('x is undefined'), 70, 'bug'],
        ] as const
      ).map(([error, exitCode, kind]) => [format.join(' '), error.name, error, exitCode, kind] as const),
    ),
  )('%s: %s', async (format, _, error, exitCode, kind) => {
    check.mockImplementation(() => {
      throw error;
    });
    const outcome = await run(Check, format.split(' '));
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stderr).toContain(error.message);
    if (format === '-o table') expect(outcome.stdout).toBe('');
    else expect(JSON.parse(outcome.stdout)).toMatchObject({ schemaVersion: 1, error: { kind, exitCode } });
  });
});

describe('check asks for what the flags say', () => {
  it('looks at its own namespace unless told otherwise', async () => {
    await run(Check, []);
    expect(asked()).toMatchObject({ source: { kind: 'live' }, config: { flags: {} } });
    const { facts, declared } = GATHERED;
    expect(check).toHaveBeenCalledWith(facts, declared, { toolVersion: expect.any(String) });
  });

  it('reads several files, and one of them can be standard input', async () => {
    await run(Check, ['--rules', 'a', '--rules', '-', '--sockets', 's', '--family', 'ipv6']);
    expect(asked().source).toEqual({ kind: 'rules', files: ['a', '-'], sockets: 's', family: 'ipv6' });
  });

  it('hands on the inputs as text, with their keys', async () => {
    const flags = ['--istio-version', '1.28.10', '--inbound-ports-exclude', '22,8081', '--outbound-ports-include', ''];
    await run(Check, [...flags, '--config', 'c.json'], { ISTIO_NAT_PROXY_UID: '1338' });
    expect(asked().config).toMatchObject({
      istioVersion: '1.28.10',
      configFile: 'c.json',
      flags: { inboundPortsExclude: '22,8081', outboundPortsInclude: '' },
      env: { ISTIO_NAT_PROXY_UID: '1338' },
    });
    expect(asked().config.flags).not.toHaveProperty('proxyUid');
  });

  it('takes settings from the environment, and flags win', async () => {
    const env = { ISTIO_NAT_FAIL_ON: 'never', ISTIO_NAT_OUTPUT: 'json', ISTIO_NAT_CONFIG: 'c.json' };
    answer(BROKEN);
    const quiet = await run(Check, [], env);
    expect(quiet.exitCode).toBe(0);
    expect(JSON.parse(quiet.stdout)).toMatchObject(BROKEN);
    expect(asked().config.configFile).toBe('c.json');
    expect((await run(Check, ['--fail-on', 'error', '-o', 'table'], env)).exitCode).toBe(1);
  });

  it('knows its example', async () => {
    await run(Check, ['--example']);
    expect(asked().source).toEqual({ kind: 'example' });
  });
});

describe('check refuses', () => {
  it.each<[string, string[], string]>([
    ['a flag that does not exist', ['--rule', 'x'], 'There is no flag --rule.\n  Did you mean --rules?'],
    ['an input that is misspelled', ['--inbound-port-exclude=22'], 'Did you mean --inbound-ports-exclude?'],
    ['a flag without its value', ['--rules'], '--rules expects a value'],
    ['a flag given twice', ['--config', 'a', '--config', 'b'], 'can only be specified once'],
    ['an example and a file', ['--example', 'pod.rules'], '--example and a file of rules contradict each other'],
    ['a namespace', ['-n', 'default'], '-n is kept for the namespace of a pod'],
    ['reading standard input twice', ['-', '-f', '-'], 'can be read only once'],
    ['a threshold that does not exist', ['--fail-on', 'all'], 'error, warning, info, never'],
    ['a family that does not exist', ['--rules', 'x', '--family', 'inet'], 'ipv4, ipv6'],
    [
      'a format it has not',
      ['-o', 'nft'],
      'The formats are table, json, yaml, markdown, junit, sarif, github, prometheus.',
    ],
    ['two formats', ['-o', 'table', '--json'], 'contradict each other'],
    ['sockets without rules', ['--sockets', 'x'], '--sockets goes together with --rules'],
    ['a family without rules', ['--family', 'ipv4'], '--family goes together with --rules'],
    ['two sources', ['--example', '--rules', 'x'], '--example'],
    ['reading standard input twice', ['--rules', '-', '--rules', '-'], 'can be read only once'],
    ['reading standard input twice', ['--rules', '-', '--sockets', '-'], 'can be read only once'],
    ['what would move the cursor', ['--\x1b[2J'], 'There is no flag --\\x1b[2J'],
  ])('%s', async (_, argv, message) => {
    const outcome = await run(Check, argv);
    expect(outcome.stderr).toContain(message);
    expect(outcome.exitCode).toBe(2);
    expect(gather).not.toHaveBeenCalled();
  });
});

describe('the rules that check reads', () => {
  it.each([
    ['an argument', ['a.rules', 'b.rules'], ['a.rules', 'b.rules']],
    ['-f', ['-f', 'a.rules'], ['a.rules']],
    ['both', ['-f', 'a.rules', 'b.rules'], ['a.rules', 'b.rules']],
    ['standard input', ['-'], ['-']],
  ])('are named by %s', async (_, argv, files) => {
    await run(Check, argv);
    expect(asked().source).toEqual({ kind: 'rules', files });
  });
});

describe('the colours of check', () => {
  it.each<[string, string[], Record<string, string>, boolean]>([
    ['none without a terminal', [], {}, false],
    ['FORCE_COLOR', [], { FORCE_COLOR: '1' }, true],
    ['NO_COLOR', [], { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['--no-color', ['--no-color'], { FORCE_COLOR: '1' }, false],
    ['--color', ['--color'], { NO_COLOR: '1' }, true],
    ['none in JSON', ['--json'], { FORCE_COLOR: '1' }, false],
  ])('%s', async (_, argv, env, colored) => {
    expect((await run(Check, argv, env)).stdout.includes('\x1b[')).toBe(colored);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '@oclif/core/command';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Check } from '../../src/commands/check.ts';
import { Diff } from '../../src/commands/diff.ts';
import { Expected } from '../../src/commands/expected.ts';
import { Explain } from '../../src/commands/explain.ts';
import { Flow } from '../../src/commands/flow.ts';
import { Infer } from '../../src/commands/infer.ts';
import { Sockets } from '../../src/commands/sockets.ts';
import { Trace } from '../../src/commands/trace.ts';
import { formatsOf, type ReportKind } from '../../src/report/formats.ts';
import { run } from './run.ts';

const BROKEN = fileURLToPath(new URL('../../examples/broken-pod/rules.v4.save', import.meta.url));
const SOCKETS = fileURLToPath(new URL('../../examples/broken-pod/sockets.ss', import.meta.url));
const PACKET = ['--hook', 'PREROUTING', '--destination', '10.0.0.5', '--destination-port', '8080'];

let folder = '';
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'istio-nat-'));
  const { stdout } = await run(Expected, ['--istio-version', '1.28.10', '--family', 'ipv4']);
  writeFileSync(file('healthy'), stdout);
  writeFileSync(file('half'), stdout.slice(0, stdout.length / 2));
  const twice = stdout.replace(/^-A ISTIO_INBOUND .*$/m, (rule) => `${rule}\n${rule}`);
  writeFileSync(file('degraded'), twice);
});
afterAll(() => rmSync(folder, { recursive: true }));

type Case = readonly [string, ReportKind, Command.Class, () => readonly string[], number];

const CASES: readonly Case[] = [
  ['a healthy pod', 'check', Check, () => ['--rules', file('healthy'), '--istio-version', '1.28.10'], 0],
  ['a pod with warnings', 'check', Check, () => ['--rules', file('degraded')], 0],
  ['warnings that count', 'check', Check, () => ['--rules', file('degraded'), '--fail-on', 'warning'], 1],
  [
    'warnings that are not listed',
    'check',
    Check,
    () => ['--rules', file('degraded'), '--fail-on', 'warning', '--min-severity', 'error'],
    1,
  ],
  ['a broken pod', 'check', Check, () => ['--rules', BROKEN], 1],
  ['half a text', 'check', Check, () => ['--rules', file('half')], 3],
  ['no such file', 'check', Check, () => ['--rules', file('none')], 3],
  ['no such flag', 'check', Check, () => ['--nope'], 2],
  ['no such value', 'check', Check, () => ['--rules', BROKEN, '--min-severity', 'none'], 2],
  ['the same traffic', 'diff', Diff, () => ['--rules', BROKEN, '--against', BROKEN], 0],
  ['other traffic', 'diff', Diff, () => ['--rules', BROKEN], 1],
  ['no such file', 'diff', Diff, () => ['--rules', file('none')], 3],
  ['a request that goes wrong', 'flow', Flow, () => ['--rules', BROKEN, '--port', '8080'], 1],
  ['classes', 'flow-classes', Flow, () => ['--rules', BROKEN, '--classes'], 0],
  ['unreached rules', 'flow-unreached', Flow, () => ['--rules', BROKEN, '--unreached'], 0],
  ['a release', 'infer', Infer, () => ['--rules', BROKEN], 0],
  ['sockets', 'sockets', Sockets, () => ['--rules', BROKEN, '--sockets', SOCKETS], 0],
  ['no sockets', 'sockets', Sockets, () => ['--rules', BROKEN], 3],
  ['a packet', 'trace', Trace, () => ['--rules', BROKEN, ...PACKET], 0],
  ['a code', 'explain', Explain, () => ['NAT0101'], 0],
  ['no such code', 'explain', Explain, () => ['NAT9999'], 2],
  ['a layout', 'expected', Expected, () => ['--istio-version', '1.28.10'], 0],
];

describe('the exit code is the same in every format', () => {
  it.each(CASES)('%s: %s', async (_, kind, command, argv, exitCode) => {
    // A layout of iptables has no form for nft.
    for (const format of formatsOf(kind).filter((one) => one !== 'nft')) {
      const outcome = await run(command, [...argv(), '-o', format]);
      expect({ format, exitCode: outcome.exitCode }).toEqual({ format, exitCode });
    }
  });
});

describe('YAML is what JSON is', () => {
  it.each(CASES)('%s: %s', async (_, __, command, argv) => {
    const [json, yaml] = [await run(command, [...argv(), '--json']), await run(command, [...argv(), '-o', 'yaml'])];
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  });

  it('with what the environment had a part in', async () => {
    const env = { ISTIO_NAT_FAIL_ON: 'never' };
    const [json, yaml] = [
      await run(Check, ['--rules', BROKEN, '--json'], env),
      await run(Check, ['--rules', BROKEN, '-o', 'yaml'], env),
    ];
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
    expect(parse(yaml.stdout).environment.variables).toHaveLength(1);
  });
});

describe('an error', () => {
  it('is said in the form that was asked for, and never looks like a success', async () => {
    const argv = ['--rules', file('none')];
    const said = async (format: string) => (await run(Check, [...argv, '-o', format])).stdout;
    const { testsuite } = new XMLParser({ ignoreAttributes: false }).parse(await said('junit')).testsuites;
    expect(testsuite).toMatchObject({
      '@_tests': '1',
      '@_errors': '1',
      testcase: { error: { '@_type': 'cannot-look' } },
    });
    const [sarif] = JSON.parse(await said('sarif')).runs;
    expect(sarif.invocations[0]).toMatchObject({ executionSuccessful: false, exitCode: 3 });
    expect(sarif).not.toHaveProperty('results');
    expect(await said('github')).toMatch(
      /^::error title=istio-nat check%3A could not look::.*none: there is no such file.*\n$/,
    );
    expect(await said('prometheus')).toContain('istio_nat_failed{command="check",reason="cannot-look"} 1\n');
    expect(await said('markdown')).toContain('## istio-nat check: could not look\n');
    expect(await said('table')).toBe('');
  });

  it('names the formats that a command has, in the form that was asked for', async () => {
    const { stdout, stderr, exitCode } = await run(Flow, ['--rules', BROKEN, '-o', 'sarif']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('The formats are table, json, yaml, markdown.');
    expect(JSON.parse(stdout).runs[0].invocations[0].toolConfigurationNotifications).toHaveLength(1);
  });

  it('takes no format of the environment that the command lacks', async () => {
    const env = { ISTIO_NAT_OUTPUT: 'junit' };
    expect((await run(Flow, ['--rules', BROKEN, '--port', '8080'], env)).stdout).toContain(
      'Inbound: another pod calls port 8080',
    );
    expect((await run(Flow, ['--rules', file('none')], env)).stdout).toBe('');
    expect((await run(Check, ['--rules', file('none')], env)).stdout).toContain('<testsuites>');
  });

  it('gives no runner commands on stderr', async () => {
    const { stdout, stderr } = await run(Check, ['--rules', `x\n::add-mask::y\n##[error]z`, '-o', 'github']);
    expect(stderr).not.toMatch(/^\s*::|##\[/m);
    expect(stdout.match(/\n/g)).toHaveLength(1);
  });
});

describe('many packets', () => {
  it('are answered as JSON lines, and refused in other forms', async () => {
    writeFileSync(file('packets'), '');
    const outcome = await run(Trace, ['--rules', BROKEN, '--packets', file('packets'), '-o', 'yaml']);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('line by line as JSON');
  });
});

describe('--min-severity', () => {
  const DEGRADED = () => ['--rules', file('degraded')];

  it('lists fewer findings, and says so', async () => {
    const all = JSON.parse((await run(Check, [...DEGRADED(), '--json'])).stdout);
    const some = JSON.parse((await run(Check, [...DEGRADED(), '--json', '--min-severity', 'error'])).stdout);
    expect(all.findings.length).toBeGreaterThan(0);
    expect(all).not.toHaveProperty('leftOut');
    expect(some).toEqual({
      ...all,
      findings: [],
      leftOut: { minSeverity: 'error', warning: all.summary.warning, info: all.summary.info },
    });
  });

  it.each(['table', 'markdown', 'junit', 'github'])('says in %s what was left out', async (format) => {
    const { stdout } = await run(Check, [...DEGRADED(), '-o', format, '--min-severity', 'error']);
    expect(stdout.replaceAll('`', '')).toMatch(/warnings? .*left out by --min-severity error/);
  });

  it('can be set by the environment, which the report names', async () => {
    const { stdout } = await run(Check, DEGRADED(), { ISTIO_NAT_MIN_SEVERITY: 'error' });
    expect(stdout).toContain('--min-severity error comes from ISTIO_NAT_MIN_SEVERITY');
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { Check } from '../../src/commands/check.ts';
import { run } from './run.ts';

const RULES = fileURLToPath(new URL('../fixtures/scenarios/inbound-port-excluded/nft/rules.v4.save', import.meta.url));
const ARGV = ['--rules', RULES, '--istio-version', '1.28.10'];
const folder = mkdtempSync(join(tmpdir(), 'istio-nat-suppress-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const known = written('known.yaml', '- {code: NAT0201, selector: {port: 8080}, reason: known}\n');

it('passes where all that is wrong is known', async () => {
  const { stdout, stderr, exitCode } = await run(Check, [...ARGV, '--suppress', known]);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toContain('apart from 1 suppressed finding');
});

it('says on stderr which entry did nothing, of each file', async () => {
  const other = written('other.yaml', '\n- {code: NAT0102, reason: known}\n');
  const { stderr, exitCode } = await run(Check, [...ARGV, '--suppress', known, '--suppress', other]);
  expect(stderr).toBe(`istio-nat: ${other}:2: suppresses nothing: there is no NAT0102 here\n`);
  expect(exitCode).toBe(0);
});

it('names a file that the environment names, which may have made a failing check pass', async () => {
  const { stdout, exitCode } = await run(Check, ARGV, { ISTIO_NAT_SUPPRESS: known });
  expect(stdout).toContain('ISTIO_NAT_SUPPRESS');
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('which decides what the exit code says');
  expect(exitCode).toBe(0);
});

it('is wrong usage with a file that is malformed or not there', async () => {
  const bad = written('bad.yaml', '- code: NAT0201\n');
  expect(await run(Check, [...ARGV, '--suppress', bad])).toMatchObject({
    stdout: '',
    exitCode: 2,
    stderr: expect.stringMatching(/bad\.yaml:1: reason is missing\n {2}An entry as it should be: - \{code: /),
  });
  expect(await run(Check, [...ARGV, '--suppress', join(folder, 'none.yaml')])).toMatchObject({ exitCode: 2 });
});

const OF_SOCKETS = [
  ['NAT0207', 'inbound-port-excluded', ['--inbound-ports-exclude', '8080'], 8080],
  ['NAT0802', 'envoy-admin-port-taken', [], 15_000],
  ['NAT0802', 'status-port-taken', [], 15_020],
] as const;

it.each(OF_SOCKETS)('knows the port that %s is about in %s', async (code, name, flags, port) => {
  const pod = fileURLToPath(new URL(`../fixtures/scenarios/${name}/nft/`, import.meta.url));
  const argv = [
    '--rules',
    `${pod}rules.v4.save`,
    '--sockets',
    `${pod}sockets.ss`,
    '--istio-version',
    '1.28.10',
    ...flags,
  ];
  const suppressedBy = async (selected: number) => {
    const file = written(`${selected}.yaml`, `- {code: ${code}, selector: {port: ${selected}}, reason: known}`);
    const { suppressed } = JSON.parse((await run(Check, [...argv, '--suppress', file, '--json'])).stdout);
    return suppressed.map((one: { code: string }) => one.code);
  };
  expect(await suppressedBy(port)).toEqual([code]);
  expect(await suppressedBy(port + 1)).toEqual([]);
});

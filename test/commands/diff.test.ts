import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Diff } from '../../src/commands/diff.ts';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import { printSave } from '../../src/print/iptables/index.ts';
import { type Outcome, run } from './run.ts';

const schema: object = JSON.parse(readFileSync(new URL('../../schema/diff.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);

const RULE = '-A ISTIO_INBOUND -p tcp -m tcp --dport 8080 -j RETURN';
const GOOD = `# iptables-save\n${printSave(
  expectedRuleset(defaultConfig('1.28.10')).tables.filter(({ family }) => family === 'ipv4'),
)}`;
const TEXTS = {
  good: GOOD,
  bad: GOOD.replace('-A ISTIO_INBOUND', `${RULE}\n-A ISTIO_INBOUND`),
  unread: 'iptables-save: Permission denied (you must be root)\n',
  unsure: GOOD.replace('-A ISTIO_INBOUND', '-A ISTIO_INBOUND -m set --match-set x src -j RETURN\n-A ISTIO_INBOUND'),
  config: '{"istioVersion": "1.28.10"}',
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'istio-nat-diff-'));
  for (const [name, text] of Object.entries(TEXTS)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs diff; words that name one of the texts become its path. */
function diff(words: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const argv = words.split(' ').map((word) => (Object.hasOwn(TEXTS, word) ? join(folder, word) : word));
  return run(Diff, argv, env);
}

const LAYOUT = '--config config';

describe('diff ends with the exit code of the contract', () => {
  it.each(
    ['-o table', '--json'].flatMap((format) =>
      (
        [
          ['the layout', `--rules good ${LAYOUT}`, 0, true],
          ['another rule', `--rules bad ${LAYOUT}`, 1, false],
          ['rules that were not read', `--rules unread ${LAYOUT}`, 3, null],
          ['an open question', `--rules unsure ${LAYOUT}`, 3, null],
          ['the same before', '--rules good --against good', 0, true],
          ['other rules before', '--rules good --against bad', 1, false],
          ['rules that were not read before', '--rules good --against unread', 3, null],
        ] as const
      ).map(([name, flags, exitCode, equivalent]) => [name, `${flags} ${format}`, exitCode, equivalent] as const),
    ),
  )('%s: %s', async (_, words, exitCode, equivalent) => {
    const outcome = await diff(words);
    expect(outcome).toMatchObject({ exitCode, stderr: '' });
    if (!words.endsWith('--json')) return;
    const report = JSON.parse(outcome.stdout);
    validate(report);
    expect(validate.errors).toBeNull();
    expect(report.equivalent).toBe(equivalent);
    expect(report.differences.length > 0).toBe(equivalent === false);
    expect(report.undetermined.length > 0).toBe(equivalent === null);
  });

  it('and says what stands in place of a report', async () => {
    const outcome = await diff('--rules good --against missing --json');
    expect(outcome.exitCode).toBe(3);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ error: { kind: 'cannot-look', exitCode: 3 } });
  });
});

describe('diff --json', () => {
  it('has the witness, both verdicts and the rules that decide', async () => {
    const { differences } = JSON.parse((await diff(`--rules bad ${LAYOUT} --json`)).stdout);
    expect(differences).toEqual([
      {
        family: 'ipv4',
        hook: 'PREROUTING',
        packets: { protocol: 'tcp', destinationPort: '8080' },
        witness: expect.objectContaining({ hook: 'PREROUTING', protocol: 'tcp', destinationPort: 8080 }),
        live: { kind: 'accept' },
        expected: { kind: 'redirect', port: 15006 },
        liveRule: { table: 'nat', chain: 'ISTIO_INBOUND', index: 1, text: RULE },
        expectedRule: {
          table: 'nat',
          chain: 'ISTIO_IN_REDIRECT',
          index: 1,
          text: '-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006',
        },
      },
    ]);
  });

  it('has both traces where they are asked for', async () => {
    const report = JSON.parse((await diff('--rules bad --against good --traces --json')).stdout);
    validate(report);
    expect(validate.errors).toBeNull();
    expect(report.differences[0].traces.live.at(-1)).toMatchObject({ text: RULE, outcome: 'match' });
    expect(report.differences[0].traces.expected.at(-1)).toMatchObject({ action: 'redirect 15006' });
  });
});

describe('diff.schema.json', () => {
  it('says the same about packets, verdicts, rules and steps as the other schemas', () => {
    const definitions = (name: string): Record<string, unknown> =>
      JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8')).definitions;
    const { step, difference, ...shared } = definitions('diff');
    expect(definitions('check')).toMatchObject(shared);
    expect(definitions('trace').step).toEqual(step);
    expect(difference).toMatchObject(definitions('check').difference ?? {});
  });

  it.each([
    ['another field', { schemaVersion: 1, equivalent: true, differences: [], undetermined: [], extra: 1 }],
    ['an answer that is none', { schemaVersion: 1, equivalent: 'yes', differences: [], undetermined: [] }],
    ['a missing list', { schemaVersion: 1, equivalent: true, differences: [] }],
  ])('refuses %s', (_, report) => {
    expect(validate(report)).toBe(false);
  });
});

describe('the table of diff', () => {
  it('says in a sentence what is different from what Istio would do, then which packets and why', async () => {
    const { stdout } = await diff(`--rules bad ${LAYOUT}`);
    const words = stdout.replace(/\s+/g, ' ');
    expect(words).toContain(
      'treats 1 kind of packets differently than Istio 1.28.10 (sidecar, REDIRECT, iptables) would.',
    );
    expect(words).toContain('1. Inbound tcp traffic to port 8080 Such as tcp 10.0.0.9:40000 → 10.0.0.5:8080');
    expect(words).toContain(`Is now left alone nat ISTIO_INBOUND #1: ${RULE}`);
    expect(words).toContain('Should be redirected to port 15006 nat ISTIO_IN_REDIRECT #1');
    expect(words).toContain(`Because not Istio's rule: nat ISTIO_INBOUND #1: ${RULE}`);
    expect(words).not.toContain('rule by rule');
  });

  it('speaks of now and before where rules are compared with rules', async () => {
    const { stdout } = await diff('--rules good --against bad');
    const words = stdout.replace(/\s+/g, ' ');
    expect(words).toContain('1 kind of packets fares differently: what changed between');
    expect(words).toContain('Now redirected to port 15006');
    expect(words).toContain('Before left alone');
    expect(words).toContain(`Because this rule is gone: nat ISTIO_INBOUND #1: ${RULE}`);
    expect(words).not.toMatch(/Istio's|Should be/);
  });

  it('follows the example packets', async () => {
    const { stdout } = await diff('--rules bad --against good --traces');
    expect(stdout).toContain('Now, rule by rule');
    expect(stdout).toContain('Before, rule by rule');
    expect(stdout).toContain('→ jump ISTIO_INBOUND');
  });

  it('is one sentence when nothing is different', async () => {
    const { stdout } = await diff(`--rules good ${LAYOUT}`);
    expect(stdout.trim().replace(/\s+/g, ' ')).toMatch(
      /^✓ The pod of .* treats every packet as Istio 1\.28\.10 \(sidecar, REDIRECT, iptables\) would\.$/,
    );
  });

  it('says what could not be told', async () => {
    const { stdout } = await diff(`--rules unsure ${LAYOUT}`);
    expect(stdout).toContain('cannot be told');
    expect(stdout).toContain('NAT1004');
    expect(stdout).toContain('--match-set x src');
  });

  it('knows the example, colours on request only, and the environment', async () => {
    expect((await diff('--example')).exitCode).toBe(1);
    expect((await diff(`--rules bad ${LAYOUT}`)).stdout).not.toContain('\x1b[');
    expect((await diff(`--rules bad ${LAYOUT}`, { FORCE_COLOR: '1' })).stdout).toContain('\x1b[');
    const env = { ISTIO_NAT_CONFIG: join(folder, 'config'), ISTIO_NAT_OUTPUT: 'json' };
    expect(JSON.parse((await diff('--rules good --against good', env)).stdout).equivalent).toBe(true);
  });
});

describe('diff refuses', () => {
  it.each<[string, string, string]>([
    [
      'an expectation beside other rules',
      '--rules good --against good --istio-version 1.28.10',
      '--istio-version says',
    ],
    ['an input beside other rules', '--rules good --against good --proxy-uid 1', '--proxy-uid says'],
    ['a configuration beside other rules', '--rules good --against good --config config', '--config says'],
    ['reading standard input twice', '--rules - --against -', 'can be read only once'],
    ['a format it has not', '--rules good -o save', 'The formats are table, json, yaml, markdown, sarif, github.'],
    ['two sources', '--example --rules good', '--example'],
    ['a family without a text', '--family ipv6', '--family goes together with --rules'],
    ['a flag that does not exist', '--againts good', 'Did you mean --against?'],
  ])('%s', async (_, words, message) => {
    const outcome = await diff(words);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stdout).toBe('');
  });
});

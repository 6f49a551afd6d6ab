import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { Explain } from '../../src/commands/explain.ts';
import { CATALOGUE } from '../../src/diagnose/catalogue/index.ts';
import { explain } from '../../src/pipeline/explain.ts';
import { parseEntries } from '../../src/suppress/parse.ts';
import { run } from './run.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const schema: unknown = JSON.parse(readFileSync(`${ROOT}schema/explain.schema.json`, 'utf8'));
const validate = new Ajv({ strict: true, allErrors: true }).compile(schema as object);

describe('explain', () => {
  it('lists all codes, each in one line of a terminal of the usual width', async () => {
    const { stdout, stderr, exitCode } = await run(Explain, []);
    for (const { code, title } of CATALOGUE) expect(stdout).toMatch(new RegExp(`${code} .*${title.slice(0, 20)}`));
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  });

  it.each([
    'NAT0101',
    'nat0101',
    'nat101',
    '101',
    '0101',
    'inbound-not-redirected',
    'Inbound-Not-Redirected',
    ' NAT0101 ',
  ])('takes %j for the same entry', async (subject) => {
    const { stdout, exitCode } = await run(Explain, [subject]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('NAT0101  inbound-not-redirected');
    expect(stdout).toContain('$ iptables-save | grep -e PREROUTING -e ISTIO_IN\n');
    expect(stdout).toContain('docs/findings/NAT0101.md');
  });

  it.each([
    ['NAT0199', 'NAT0109'],
    ['owner-gpa', 'owner-gap'],
    ['conection refusd', 'connection refused'],
    ['uplaod', 'upload'],
    ['inbound-not-redirect', 'inbound-not-redirected'],
  ])('refuses %s and suggests %s', async (subject, suggestion) => {
    const { stdout, stderr, exitCode } = await run(Explain, [subject]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toContain(`There is no finding "${subject}"`);
    expect(stderr).toContain(`Did you mean ${suggestion}?`);
  });

  it.each(['', '-', 'x', '99999', '\u001b[31mNAT', 'n'.repeat(100_000), 'dns '.repeat(10_000)])(
    'refuses hostile words without a guess (%#)',
    async (subject) => {
      const { stderr, exitCode } = await run(Explain, [subject]);
      expect(exitCode).toBe(2);
      expect(stderr).not.toContain('Did you mean');
      expect(stderr).not.toContain('\u001b');
    },
  );

  it('lists several codes, in the order in which they were named', async () => {
    const { stdout, exitCode } = await run(Explain, ['NAT0102', '101']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/NAT0102 .*\n.*NAT0101 /);
  });

  it('says what tells causes apart', async () => {
    const { stdout } = await run(Explain, ['NAT0801']);
    const [entry] = CATALOGUE.filter(({ code }) => code === 'NAT0801');
    expect(stdout.match(/To tell: /g)).toHaveLength(entry?.distinguish.length ?? 0);
  });

  it('ends with an entry to fill in, which counts for nothing as it is', async () => {
    const { stdout } = await run(Explain, ['NAT0203']);
    const [, yaml = ''] = /for check --suppress\n((?: {4}.*\n)+)/.exec(stdout) ?? [];
    expect(parseEntries(yaml, 'known.yaml').errors.map(({ message }) => message.split(':')[0])).toEqual([
      'expires',
      'port',
    ]);
    const filled = yaml.replace('YYYY-MM-DD', '2027-01-31').replace('PORT', '3306');
    expect(parseEntries(filled, 'known.yaml').errors).toEqual([]);
    expect((await run(Explain, ['NAT1001'])).stdout).not.toContain('--suppress');
  });

  it('refuses a format that it does not have', async () => {
    expect((await run(Explain, ['NAT0101', '-o', 'sarif'])).exitCode).toBe(2);
  });

  it('keeps commands in one piece however narrow the terminal is', async () => {
    const { stdout } = await run(Explain, ['NAT0401']);
    const [entry] = CATALOGUE.filter(({ code }) => code === 'NAT0401');
    for (const { command } of entry?.confirm ?? []) expect(stdout).toContain(`$ ${command}\n`);
  });
});

describe('explain of a symptom', () => {
  it.each([
    [['dns', 'slow'], 'docs/runbook.md#dns-is-slow-or-fails', 'NAT0402'],
    [['dns slow'], 'docs/runbook.md#dns-is-slow-or-fails', 'NAT0402'],
    [['connection refused'], 'docs/runbook.md#connection-refused-at-start', 'NAT0801'],
    [['Connection', 'Refused!'], 'docs/runbook.md#an-init-container-has-no-network', 'NAT0801'],
    [['503'], 'docs/runbook.md#503-uc-after-excluding-a-port', 'NAT0503'],
    [['503', 'UC'], 'docs/runbook.md#503-uc-after-excluding-a-port', 'NAT0207'],
    [['probes'], 'docs/runbook.md#probes-fail-only-under-ambient', 'NAT0903'],
    [['vpn'], 'docs/runbook.md#a-vpn-or-docker-sidecar-is-in-the-pod', 'NAT0109'],
    [['node', 'reboot'], 'docs/runbook.md#after-a-node-reboot', 'NAT0105'],
    [['upgrade'], 'docs/runbook.md#after-an-istio-upgrade', 'NAT0112'],
  ])('%j names the section of the runbook and what may be behind it', async (words, section, first) => {
    const { stdout, exitCode } = await run(Explain, words);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(section);
    expect(/NAT\d{4}/.exec(stdout)?.[0]).toBe(first);
  });

  it('shows the one finding that fits, with the section', async () => {
    const { stdout } = await run(Explain, ['large', 'uploads']);
    expect(stdout).toContain('NAT0114  invalid-drop-missing');
    expect(stdout).toContain('docs/runbook.md#resets-on-large-uploads');
  });

  it('says which word no text has', async () => {
    expect((await run(Explain, ['dns', 'slwo'])).stdout).toContain('Found nowhere: slwo');
    expect((await run(Explain, ['dns', '\u001b]0;x'])).stdout).not.toContain('\u001b');
  });

  it('takes no more lines than a screen has', async () => {
    for (const word of ['traffic', 'proxy', 'port', 'rules', 'pod']) {
      expect((await run(Explain, [word])).stdout.split('\n').length).toBeLessThan(24);
    }
  });

  it('writes the document that its schema describes', async () => {
    for (const words of [['dns', 'slow'], ['traffic'], ['503']]) {
      const document: unknown = JSON.parse((await run(Explain, [...words, '--json'])).stdout);
      expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    }
  });
});

describe('explain --json', () => {
  it.each([['--json'], ['-o', 'json']])('gives the entry (%s)', async (...flags) => {
    const { stdout, exitCode } = await run(Explain, ['nat0402', ...flags]);
    const document: unknown = JSON.parse(stdout);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document).toMatchObject({ schemaVersion: 1, code: 'NAT0402', name: 'dns-zones', severity: 'error' });
    expect(exitCode).toBe(0);
  });

  it('gives the whole catalogue without a code', async () => {
    const { stdout } = await run(Explain, ['--json']);
    const document = JSON.parse(stdout) as { entries: { code: string }[] };
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document.entries.map(({ code }) => code)).toEqual(CATALOGUE.map(({ code }) => code));
  });

  it('gives a usage error as JSON as well', async () => {
    const { stdout, exitCode } = await run(Explain, ['NAT0199', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'usage', exitCode: 2 } });
    expect(exitCode).toBe(2);
  });

  it('has a schema that refuses what it should', () => {
    const { entry } = explain('NAT0101') as Extract<ReturnType<typeof explain>, { kind: 'entry' }>;
    const good = { schemaVersion: 1, ...entry, page: 'docs/findings/NAT0101.md', runbook: [] };
    expect(validate(good)).toBe(true);
    for (const bad of [{ code: 'NAT1' }, { severity: 'fatal' }, { causes: [] }, { extra: 1 }, { schemaVersion: 2 }]) {
      expect(validate({ ...good, ...bad }), JSON.stringify(bad)).toBe(false);
    }
  });
});

describe('explain -o markdown', () => {
  it('prints the page that the repository has', async () => {
    const { stdout } = await run(Explain, ['NAT0101', '-o', 'markdown']);
    expect(stdout).toBe(readFileSync(`${ROOT}docs/findings/NAT0101.md`, 'utf8'));
  });

  it('prints the table that the repository has', async () => {
    const { stdout } = await run(Explain, ['-o', 'markdown']);
    expect(stdout).toBe(readFileSync(`${ROOT}docs/findings/README.md`, 'utf8'));
  });
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { Explain } from '../../src/commands/explain.ts';
import { CATALOGUE } from '../../src/diagnose/catalogue/index.ts';
import { explain } from '../../src/pipeline/explain.ts';
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

  it.each(['NAT0101', 'nat0101', 'inbound-not-redirected', 'Inbound-Not-Redirected', ' NAT0101 '])(
    'takes %j for the same entry',
    async (subject) => {
      const { stdout, exitCode } = await run(Explain, [subject]);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('NAT0101  inbound-not-redirected');
      expect(stdout).toContain('$ iptables-save | grep -e PREROUTING -e ISTIO_IN\n');
      expect(stdout).toContain('docs/findings/NAT0101.md');
    },
  );

  it.each([
    ['NAT0199', 'NAT0109'],
    ['nat101', 'NAT0101'],
    ['inbound-not-redirect', 'inbound-not-redirected'],
  ])('refuses %s and suggests %s', async (subject, suggestion) => {
    const { stdout, stderr, exitCode } = await run(Explain, [subject]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toContain(`There is no finding "${subject}"`);
    expect(stderr).toContain(`Did you mean ${suggestion}?`);
  });

  it.each(['', 'x', '\u001b[31mNAT', 'n'.repeat(100_000)])(
    'refuses hostile words without a guess (%#)',
    async (subject) => {
      const { stderr, exitCode } = await run(Explain, [subject]);
      expect(exitCode).toBe(2);
      expect(stderr).not.toContain('Did you mean');
      expect(stderr).not.toContain('\u001b');
    },
  );

  it('refuses a second code', async () => {
    const { stderr, exitCode } = await run(Explain, ['NAT0101', 'NAT0102']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('NAT0102');
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
    const good = { schemaVersion: 1, ...entry, page: 'docs/findings/NAT0101.md' };
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

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/diagnose/catalogue/index.ts';
import type { Check } from '../../src/diagnose/check.ts';
import { CHECKS } from '../../src/diagnose/checks/index.ts';
import { compilerOf, type Edit, replaced, SRC } from '../edited-source.ts';

const LIST = 'diagnose/checks/index.ts';
const CATALOGUE_INDEX = 'diagnose/catalogue/index.ts';
const compile = compilerOf([
  LIST,
  CATALOGUE_INDEX,
  'diagnose/catalogue/nat09.ts',
  'diagnose/catalogue/nat10.ts',
  'diagnose/checks/connections.ts',
  'diagnose/checks/surroundings.ts',
  'diagnose/checks/traffic.ts',
]);

/** The text of an entry in a data file of the catalogue. */
function entryIn(text: string, code: string): string {
  const [entry] = new RegExp(`^ {4}${code}: \\{$.*?^ {4}\\},$`, 'ms').exec(text) ?? [];
  if (entry === undefined) throw new Error(`no entry of ${code}`);
  return entry;
}

const newCode = replaced(' | 7}`;', ' | 7 | 8}`;');

/** What is done to the source, and the files in which the compiler then names the code. */
const MISTAKES: readonly {
  readonly mistake: string;
  readonly edits: Readonly<Record<string, Edit>>;
  readonly code: string;
  readonly named: readonly string[];
}[] = [
  {
    mistake: 'a difference in traffic that no check tells any more, though one still raises its code',
    edits: { 'diagnose/checks/traffic.ts': replaced("before Istio's\", ['NAT0109']", 'before Istio\'s", []') },
    code: 'NAT0109',
    named: [LIST],
  },
  {
    mistake: 'one of several differences in traffic taken out of a check',
    edits: { 'diagnose/checks/traffic.ts': replaced("'NAT0304', 'NAT0305'", "'NAT0305'") },
    code: 'NAT0304',
    named: [LIST],
  },
  {
    mistake: 'a code taken out of the only check that declares it',
    edits: {
      'diagnose/checks/connections.ts': replaced("['NAT0804', 'NAT0806', 'NAT0208']", "['NAT0804', 'NAT0208']"),
    },
    code: 'NAT0806',
    named: [LIST, 'diagnose/checks/connections.ts'],
  },
  {
    mistake: 'a check taken out of the list',
    edits: { [LIST]: replaced('  tproxyRouting,\n', '') },
    code: 'NAT0502',
    named: [LIST],
  },
  {
    mistake: 'a check that raises a code which it does not declare',
    edits: { 'diagnose/checks/surroundings.ts': replaced("finding('NAT1005'", "finding('NAT0101'") },
    code: 'NAT0101',
    named: ['diagnose/checks/surroundings.ts'],
  },
  {
    mistake: 'an entry taken out of the catalogue',
    edits: { 'diagnose/catalogue/nat09.ts': (text) => replaced(entryIn(text, 'NAT0906'), '')(text) },
    code: 'NAT0906',
    named: [CATALOGUE_INDEX, 'diagnose/catalogue/nat09.ts'],
  },
  {
    mistake: 'a new code without an entry and a check',
    edits: { 'model/code.ts': newCode },
    code: 'NAT1008',
    named: [LIST, CATALOGUE_INDEX, 'diagnose/catalogue/nat10.ts'],
  },
  {
    mistake: 'a new code with an entry and without a check',
    edits: {
      'model/code.ts': newCode,
      'diagnose/catalogue/nat10.ts': (text) => {
        const entry = entryIn(text, 'NAT1007');
        return replaced(entry, `${entry}\n${entry.replace('NAT1007', 'NAT1008')}`)(text);
      },
    },
    code: 'NAT1008',
    named: [LIST],
  },
];

describe('the compiler', () => {
  it('accepts the checks and the catalogue as they are', () => {
    expect(compile({})).toEqual({});
  }, 120_000);

  it.each(MISTAKES.map((one) => [one.mistake, one] as const))(
    'names the code: %s',
    (_, { edits, code, named }) => {
      const naming = Object.entries(compile(edits)).filter(([, text]) => text.includes(code));
      expect(naming.map(([file]) => file)).toEqual(named);
    },
    120_000,
  );
});

const FINDINGS = CATALOGUE.filter(({ severity }) => severity !== null).map(({ code }) => code);
const OBSTACLES = CATALOGUE.filter(({ severity }) => severity === null).map(({ code }) => code);

function undeclared(checks: readonly Check[]): string[] {
  const declared = new Set<string>(checks.flatMap(({ codes }) => codes));
  return FINDINGS.filter((code) => !declared.has(code));
}

/** The codes that the source gives to something, by the text of it, outside the catalogue. */
const given = new Set(
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('diagnose/catalogue/'))
    .flatMap((file) => [...readFileSync(`${SRC}${file}`, 'utf8').matchAll(/\bcode: '(NAT\d{4})'/g)])
    .map(([, code]) => code),
);

describe('an entry of the catalogue', () => {
  it('of a finding is declared by a check', () => {
    expect(undeclared(CHECKS)).toEqual([]);
    expect(undeclared(CHECKS.filter(({ id }) => id !== 'invalid-packets'))).toEqual(['NAT0114']);
  });

  it.each(OBSTACLES)('of an obstacle is raised by the source: %s', (code) => {
    expect([...given]).toContain(code);
  });

  it('of an obstacle is one that no check declares', () => {
    expect(OBSTACLES).toEqual(['NAT1001', 'NAT1002', 'NAT1003', 'NAT1004']);
    expect(CHECKS.flatMap(({ codes }) => codes).filter((code) => OBSTACLES.includes(code))).toEqual([]);
  });
});

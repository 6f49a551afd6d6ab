import { describe, expect, it } from 'vitest';
import { EXAMPLE_ENTRY } from '../../src/suppress/entry.ts';
import { parseEntries } from '../../src/suppress/parse.ts';

const read = (text: string) => parseEntries(text, 'known.yaml');

describe('a file of suppressions', () => {
  it('has entries, each with the line that it begins on', () => {
    const text = `# known
- code: NAT0203
  selector: {namespace: [shop, shop-*], port: [3306, 8000-8100], chain: ISTIO_OUTPUT}
  reason: >-
    the database has
    TLS of its own
  expires: 2027-01-31
- {code: 0304, reason: "yes"}
`;
    expect(read(text)).toEqual({
      entries: [
        {
          file: 'known.yaml',
          line: 2,
          code: 'NAT0203',
          selector: {
            namespace: ['shop', 'shop-*'],
            port: [
              [3306, 3306],
              [8000, 8100],
            ],
            chain: ['ISTIO_OUTPUT'],
          },
          reason: 'the database has TLS of its own',
          expires: '2027-01-31',
        },
        { file: 'known.yaml', line: 8, code: '0304', selector: {}, reason: 'yes' },
      ],
      errors: [],
    });
  });

  it.each(['', '# nothing yet\n', '[]', '\uFEFF[]', '---\n...\n'])('may have none: %j', (text) => {
    expect(read(text)).toEqual({ entries: [], errors: [] });
  });

  it('takes the entry that errors show as an example', () => {
    expect(read(EXAMPLE_ENTRY).errors).toEqual([]);
    expect(read(EXAMPLE_ENTRY).entries).toHaveLength(1);
  });
});

describe('what is wrong is told with its line', () => {
  it.each<[string, number, string]>([
    ['code: NAT0203', 1, 'expected a list'],
    ['just words', 1, 'expected a list'],
    ['- code: NAT0203\n', 1, 'reason is missing'],
    ['- reason: x\n', 1, 'code is missing'],
    ['- code: NAT0203\n  reason:\n', 2, 'reason: say why'],
    ['- code: NAT0203\n  reson: x\n', 2, 'unknown key "reson"; did you mean reason?'],
    ['- code: NAT0203\n  reason: x\n  until: 2027-01-01\n', 3, 'unknown key "until"; known are code'],
    ['- code: NAT0203\n  reason: x\n  expires: 2026-02-30\n', 3, 'expires: expected a day that exists'],
    ['- code: NAT0203\n  reason: x\n  expires: next month\n', 3, 'expires: expected a day'],
    ['- code: NAT0203\n  reason: x\n  selector: {prt: 1}\n', 3, 'unknown key "prt"; did you mean port?'],
    ['- code: NAT0203\n  reason: x\n  selector: {port: 0}\n', 3, 'port: expected a port'],
    ['- code: NAT0203\n  reason: x\n  selector: {port: 65536}\n', 3, 'port: expected a port'],
    ['- code: NAT0203\n  reason: x\n  selector: {port: 9-8}\n', 3, 'port: expected a port'],
    ['- code: NAT0203\n  reason: x\n  selector: {port: []}\n', 3, 'port: the list is empty'],
    ['- code: NAT0203\n  reason: x\n  selector: shop\n', 3, 'expected a mapping with namespace'],
    ['- code: NAT0203\n  reason: x\n  selector: {pod: a b}\n', 3, 'pod: expected a name without blanks'],
    ['- code: [NAT0203]\n  reason: x\n', 1, 'code: expected a word'],
    ['- code: NAT0203\n  code: NAT0204\n  reason: x\n', 2, 'code is given more than once'],
    [`- code: NAT0203\n  reason: ${'x'.repeat(501)}\n`, 2, 'longer than 500'],
    ['- code: NAT0203\n reason: x\n', 2, 'no valid YAML'],
    ['- code: a\n  reason: b\n---\n- code: c\n', 3, 'no valid YAML'],
    ['- &a {code: x, reason: y}\n- *a\n', 1, 'anchors'],
    ['- code: !!js/function x\n  reason: y\n', 1, 'anchors'],
    ['- code: a\n  reason: b\n  <<: {expires: 2027-01-01}\n', 3, 'unknown key "<<"'],
  ])('%j', (text, line, message) => {
    const { errors } = read(text);
    expect(errors[0]).toEqual({ line, message: expect.stringContaining(message) });
  });

  it('counts more entries than are read', () => {
    expect(read('- {code: a, reason: b}\n'.repeat(501)).errors[0]?.message).toContain('501 entries');
  });
});

describe('a file that was made to hurt', () => {
  const LONG = 128 * 1024;
  it.each([
    ['brackets', '['.repeat(LONG)],
    ['brackets on lines of their own', '[\n'.repeat(LONG / 2)],
    ['dashes', '- '.repeat(LONG / 2)],
    ['questions', '? '.repeat(LONG / 2)],
    ['mappings', '{a: '.repeat(LONG / 4)],
    ['an indent', `${' '.repeat(LONG)}x`],
    ['steps', Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['many keys', Array.from({ length: LONG / 9 }, (_, key) => `k${key}: 1`).join('\n')],
    ['many keys in an entry', `- {${Array.from({ length: LONG / 9 }, (_, key) => `k${key}: 1`).join(',')}}`],
    ['a bomb', `- &a [x, x]\n- &b [*a, *a]\n${'- [*b, *b, *b, *b]\n'.repeat(1000)}`],
  ])('is refused in time: %s', (_, text) => {
    const started = performance.now();
    const { entries, errors } = read(text);
    expect(entries).toEqual([]);
    expect(errors.length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

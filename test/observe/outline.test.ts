import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasOutline, outlineOf, sameCounts } from '../../src/observe/outline.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';

const saved = readFileSync(new URL('../fixtures/collect/recorded/legacy-save.v4.stdout.txt', import.meta.url), 'utf8');
const counted = (text: string) => text.replace(/^-A /gm, '[0:0] -A ');
const rulesIn = (text: string, form: 'plain' | 'counted' = 'plain') => {
  const outline = outlineOf(text, form);
  return outline.kind === 'outline' ? Object.fromEntries(outline.rules) : outline;
};
const rules = (...lines: string[]) =>
  `*nat\n:OUTPUT ACCEPT [0:0]\n:DEAD - [0:0]\n${lines.map((line) => `${line}\n`).join('')}COMMIT\n`;

describe('the outline of a save', () => {
  test('is its tables, chains and numbers of rules, in both forms', () => {
    const plain = outlineOf(saved, 'plain');
    const other = outlineOf(counted(saved), 'counted');
    if (plain.kind !== 'outline' || other.kind !== 'outline') throw new Error('not an outline');
    expect(plain.rules.get('nat ISTIO_REDIRECT')).toBe(1);
    expect(sameCounts(plain.rules, other.rules)).toBe(true);
    expect(hasOutline(parseIptables(saved, { source: 'x' }).tables, plain)).toBe(true);
    expect(hasOutline([], plain)).toBe(false);
  });

  test.each([
    ['a comment inside a table', rules('-A OUTPUT -o q', '# -p tcp -j ACCEPT'), 5],
    ['the rest of a rule', rules('-A OUTPUT -o q', ' -p tcp -j ACCEPT'), 5],
    ['a chain behind rules', rules('-A OUTPUT -o q', ':X - [0:0]'), 5],
    ['more behind a chain', rules(':X - [0:0] -p tcp -j ACCEPT'), 4],
    ['a chain twice', rules(':DEAD - [0:0]'), 4],
    ['a rule of a chain that is not declared', rules('-A NONE -j ACCEPT'), 4],
    ['more behind COMMIT', rules('-A OUTPUT -o q', 'COMMIT -p tcp -j ACCEPT'), 5],
    ['rules outside of tables', `${rules()}-A OUTPUT -j ACCEPT\n`, 5],
    ['a table twice', rules() + rules(), 5],
    ['no COMMIT', '*nat\n:OUTPUT ACCEPT [0:0]\n', 2],
    ['counters where there should be none', rules('[0:0] -A OUTPUT -j ACCEPT'), 4],
  ])('is none with %s', (_, text, line) => expect(rulesIn(text)).toMatchObject({ kind: 'strange', line }));

  test('a name that makes a rule of its own in one form makes none in the other', () => {
    const injected = rules('-A OUTPUT ! -o q', '-A DEAD -p tcp -j ACCEPT');
    expect(rulesIn(injected)).toMatchObject({ 'nat OUTPUT': 1, 'nat DEAD': 1 });
    const asCounted = rules('[0:0] -A OUTPUT ! -o q', '-A DEAD -p tcp -j ACCEPT');
    expect(rulesIn(asCounted, 'counted')).toMatchObject({ kind: 'strange', line: 5 });
  });

  test('no name of an interface makes both forms say the same of other rules', () => {
    const pieces = fc.constantFrom(
      '\n',
      'q',
      '#',
      '-A ',
      'DEAD',
      'OUTPUT',
      '[0:0] ',
      ':',
      'COMMIT',
      '*raw',
      ' ',
      'X - ',
    );
    const name = fc
      .array(pieces, { minLength: 2, maxLength: 8 })
      .map((parts) => parts.join(''))
      .filter((text) => text.includes('\n'));
    fc.assert(
      fc.property(name, name, (inside, outside) => {
        const rule = `-A OUTPUT -i ${inside} ! -o ${outside} -p tcp -j ACCEPT`;
        const [plain, other] = [outlineOf(rules(rule), 'plain'), outlineOf(rules(`[0:0] ${rule}`), 'counted')];
        return plain.kind === 'strange' || other.kind === 'strange' || !sameCounts(plain.rules, other.rules);
      }),
      { numRuns: 2000 },
    );
  });
});

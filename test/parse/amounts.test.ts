import { describe, expect, test } from 'vitest';
import { INPUT_LIMITS } from '../../src/model/limits.ts';
import { Amounts } from '../../src/parse/amounts.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { parseNft } from '../../src/parse/nft/index.ts';
import { parseSs } from '../../src/parse/sockets/ss.ts';

const many = (count: number, line: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => line(number)).join('\n');
const nat = (body: string) => `*nat\n:OUTPUT ACCEPT [0:0]\n${body}\nCOMMIT\n`;
const inet = (body: string) => `table inet x {\n${body}\n}\n`;
const { tables, chains, inserted, sets, elements, depth, sockets, lines } = INPUT_LIMITS;

test('so many are counted, and one more is too many', () => {
  const amounts = new Amounts();
  amounts.add('tables', 1, tables);
  expect(() => amounts.add('tables', 7)).toThrow('there are more than 1,000 tables, and no more are read');
  expect(() => amounts.add('chains', 7)).not.toThrow();
});

describe('of a text that has too much nothing is taken', () => {
  const SAVED: readonly (readonly [string, string, number, string])[] = [
    ['tables', many(tables + 1, (number) => `*t${number}\nCOMMIT`), 2 * tables + 1, '1,000 tables'],
    ['tables without an end', many(tables + 1, (number) => `*t${number}`), tables + 1, '1,000 tables'],
    ['chains', nat(many(chains, (number) => `:C${number} - [0:0]`)), chains + 2, '150,000 chains'],
    ['rules', nat(many(INPUT_LIMITS.rules + 1, () => '-A OUTPUT -j ACCEPT')), INPUT_LIMITS.rules + 3, '250,000 rules'],
    ['rules in front of others', nat(many(inserted + 2, () => '-I OUTPUT -j ACCEPT')), inserted + 4, '20,000 rules'],
    ['lines', '\n'.repeat(lines + 1), lines + 1, '2,000,000 lines'],
    [
      'rules that a line stands for',
      nat(
        many(
          26,
          () =>
            `-A OUTPUT -s ${many(100, (at) => `10.0.0.${at}`).replaceAll('\n', ',')} -d ${many(100, (at) => `10.1.0.${at}`).replaceAll('\n', ',')} -j DROP`,
        ),
      ),
      28,
      '250,000 rules',
    ],
  ];
  test.each(SAVED)('iptables: %s', (_, text, line, what) => {
    const { tables: read, diagnostics, refused, located } = parseIptables(text, { source: 'x' });
    expect([read, located]).toEqual([[], false]);
    expect(refused).toMatchObject({ source: 'x', line, severity: 'error', message: expect.stringContaining(what) });
    expect(diagnostics).toEqual([refused]);
  });

  const LISTED: readonly (readonly [string, string, string])[] = [
    ['tables', many(tables + 1, (number) => `table inet t${number} {\n}`), '1,000 tables'],
    ['chains', inet(many(chains + 1, (number) => `chain c${number} {\n}`)), '150,000 chains'],
    ['rules', inet(`chain c {\n${many(INPUT_LIMITS.rules + 1, () => 'accept')}\n}`), '250,000 rules'],
    ['sets', inet(many(sets + 1, (number) => `set s${number} {\n}`)), '100,000 sets'],
    ['elements', inet(`set s {\nelements = { ${'1, '.repeat(elements + 200)} }\n}`), '200,000 elements'],
    [
      'elements of rules',
      inet(`chain c {\ntcp dport { ${'1, '.repeat(elements + 200)} } accept\n}`),
      '200,000 elements',
    ],
    ['objects in each other', `{"nftables": ${'['.repeat(depth)}`, 'more than 100 deep'],
    ['values', `{"nftables": [${'1,'.repeat(INPUT_LIMITS.values + 1)}1]}`, '3,000,000 values'],
    [
      'elements of JSON',
      JSON.stringify({
        nftables: [
          { table: { family: 'inet', name: 'x' } },
          {
            set: {
              family: 'inet',
              table: 'x',
              name: 's',
              type: 'mark',
              elem: Array.from({ length: elements + 1 }, () => 1),
            },
          },
        ],
      }),
      '200,000 elements',
    ],
  ];
  test.each(LISTED)('nft: %s', (_, text, what) => {
    const { tables: read, diagnostics, refused } = parseNft(text, { source: 'x' });
    expect(read).toEqual([]);
    expect(refused).toMatchObject({ source: 'x', severity: 'error', message: expect.stringContaining(what) });
    expect(diagnostics).toEqual([refused]);
  });

  test('ss', () => {
    const { sockets: read, refused } = parseSs('tcp ESTAB 0 0 1.2.3.4:5 6.7.8.9:10\n'.repeat(sockets + 1), {
      source: 'x',
    });
    expect(read).toEqual([]);
    expect(refused).toMatchObject({ line: sockets + 1, message: expect.stringContaining('100,000 sockets') });
  });
});

test('a line that is too long is an error, and the lines around it are read', () => {
  const text = nat(`-A OUTPUT -p tcp -j ACCEPT\n-A OUTPUT ${'-m tcp '.repeat(200_000)}\n-A OUTPUT -j DROP`);
  const {
    tables: [table],
    diagnostics,
    located,
  } = parseIptables(text, { source: 'x' });
  expect(table?.chains[0]?.rules.map(({ origin }) => origin.line)).toEqual([3, 5]);
  expect(diagnostics).toMatchObject([
    { line: 4, severity: 'error', message: expect.stringContaining('longer than 1 MiB') },
  ]);
  expect(located).toBe(false);
});

test('a rule of more words than any has keeps its place as one that may do anything', () => {
  const text = nat(`-A OUTPUT ${'-m tcp '.repeat(10_000)}-j ACCEPT\n-A OUTPUT -j DROP`);
  const {
    tables: [table],
    diagnostics,
  } = parseIptables(text, { source: 'x' });
  expect(table?.chains[0]?.rules.map(({ targets }) => targets[0]?.kind)).toEqual(['unknown', 'drop']);
  expect(diagnostics).toMatchObject([{ line: 3, severity: 'error', message: 'the rule has more than 10000 words' }]);
});

test('many set elements are read, however many arguments the engine takes', () => {
  const body = `chain c {\ntype filter hook output priority 0; policy accept;\nip daddr != { ${many(90_000, (at) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`).replaceAll('\n', ', ')} } drop\n}`;
  const { tables: read, refused } = parseNft(inet(body), { source: 'x' });
  expect(refused).toBeUndefined();
  expect(read[0]?.chains[0]?.rules).toHaveLength(1);
});

test('rules that are put in front of others have their places in the end', () => {
  const {
    tables: [table],
  } = parseIptables(nat('-A OUTPUT -j DROP\n-I OUTPUT -j ACCEPT\n-I OUTPUT 2 -j RETURN'), { source: 'x' });
  expect(table?.chains[0]?.rules.map(({ index, targets }) => [index, targets[0]?.kind])).toEqual([
    [1, 'accept'],
    [2, 'return'],
    [3, 'drop'],
  ]);
});

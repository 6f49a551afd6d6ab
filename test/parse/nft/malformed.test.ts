import { describe, expect, it } from 'vitest';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { fixture } from './recordings.ts';

const listing = (text: string): ReturnType<typeof parseNft> => parseNft(text, { source: 'input' });

function errors(text: string): string[] {
  const found = listing(text).diagnostics.filter(({ severity }) => severity === 'error');
  return found.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

const chain = (...rules: readonly string[]): string =>
  `table inet t {\n\tchain c {\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n}\n`;

describe('a rule that is not one', () => {
  it.each([
    ['tcp dport', `3:12 expected a value, found the end of the rule`],
    ['tcp dport accept', `3:13 expected a value, found 'accept'`],
    ['jump', `3:7 expected a chain, found the end of the rule`],
    ['tcp dport { 1, 2', `3:19 expected '}', found the end of the rule`],
    ['accept comment "open', `3:18 expected a comment, found '"open'`],
    ['counter packets x bytes 1', `3:19 expected a number, found 'x'`],
    ['( ( meta mark', `3:16 expected ')', found the end of the rule`],
  ])('%s', (rule, message) => {
    expect(errors(chain(rule, 'drop'))).toEqual([`${message}; the rest of the rule is kept as unknown`]);
    const rules = listing(chain(rule, 'drop')).tables[0]?.chains[0]?.rules;
    expect(rules?.[0]?.targets.at(-1)?.kind).toBe('unknown');
    expect(rules?.at(-1)?.targets).toEqual([{ kind: 'drop' }]);
  });

  it('with a statement of its own is a note, and stays as unknown', () => {
    const { diagnostics, tables } = listing(chain('frobnicate 5 accept'));
    expect(diagnostics.map(({ severity }) => severity)).toEqual(['note']);
    expect(tables[0]?.chains[0]?.rules[0]?.targets).toEqual([{ kind: 'unknown', raw: 'frobnicate 5 accept' }]);
  });
});

describe('a block that is not closed', () => {
  const whole = 'table inet a {\n\tchain x {\n\t\taccept\n\t}\n}\ntable inet b {\n\tchain y {\n\t\tdrop\n\t}\n}\n';

  it('is an error wherever the text is cut', () => {
    for (let length = whole.indexOf('{') + 1; length < whole.length - 1; length += 1) {
      const cut = whole.slice(0, length);
      const isBetween = /\}\n$/.test(cut) && !cut.includes('\ntable inet b') && cut.endsWith('\n}\n');
      if (isBetween || /\n\}\n?$/.test(cut) || /\n\}\nt?a?b?l?$/.test(cut)) continue;
      expect(errors(cut), JSON.stringify(cut)).not.toEqual([]);
    }
  });

  it('costs neither the next chain nor the next table', () => {
    const text =
      'table inet a {\n\tchain x {\n\t\taccept\n\tchain z {\n\t\tdrop\n\t}\ntable inet b {\n\tchain y {\n\t\tdrop\n\t}\n}\n';
    expect(listing(text).tables.map(({ name, chains }) => [name, chains.map((found) => found.name)])).toEqual([
      ['a', ['x', 'z']],
      ['b', ['y']],
    ]);
    expect(errors(text)).toEqual([
      `4:2 chain x (line 2) is not closed: expected '}' before 'chain' begins`,
      `7:1 table a (line 1) is not closed: expected '}' before 'table' begins`,
    ]);
  });

  it('is found in JSON', () => {
    const json = fixture('named.list.json');
    expect(errors(json.slice(0, json.length / 2))[0]).toMatch(/^1:\d+ the JSON that begins on line 1 is cut off/);
  });
});

describe('text around a listing', () => {
  const text = fixture('translated.list.nft');

  it('is skipped with a note', () => {
    const { diagnostics, tables } = listing(`$ nft list ruleset\nsome shell output\n# Warning: x\n${text}\nbye\n`);
    expect(tables).toEqual(listing(`\n\n\n${text}`).tables);
    const outside = diagnostics.filter(({ message }) => message.startsWith('text outside'));
    expect(outside.map(({ line, severity }) => [line, severity])).toEqual([
      [1, 'note'],
      [text.split('\n').length + 4, 'note'],
    ]);
  });

  it('is an error when nft itself failed', () => {
    expect(errors('netlink: Error: cache initialization failed: Operation not permitted\n')).toHaveLength(1);
    expect(errors('Operation not permitted (you must be root)\n{"nftables": []}')).toHaveLength(1);
  });

  it('is an error when it is a command whose effect is not listed', () => {
    expect(errors('add rule inet t c drop\n')).toHaveLength(1);
  });

  it('may stand around JSON too', () => {
    const { tables, format } = listing(`# Warning: table ip nat is managed\n${fixture('translated.list.json')}\n$ \n`);
    expect(format).toBe('nft-json');
    expect(tables).toHaveLength(6);
  });
});

describe('several listings', () => {
  it('of different tables add up, in both forms', () => {
    const first = 'table inet a {\n\tchain x {\n\t}\n}\n';
    const second = 'table inet b {\n\tchain x {\n\t}\n}\n';
    expect(listing(first + second).tables.map(({ name }) => name)).toEqual(['a', 'b']);
    const json = (name: string): string => JSON.stringify({ nftables: [{ table: { family: 'inet', name } }] });
    expect(listing(`${json('a')}\n${json('b')}\n`).tables.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('of the chains of one table are one table', () => {
    const one = (name: string): string => `table inet a {\n\tchain ${name} {\n\t\taccept\n\t}\n}\n`;
    const { tables, diagnostics } = listing(one('x') + one('y'));
    expect(tables.map(({ chains }) => chains.map(({ name }) => name))).toEqual([['x', 'y']]);
    expect(diagnostics).toEqual([]);
  });

  it('that repeat each other are noted; that contradict each other are an error', () => {
    const rule = (packets: number, verdict: string): string => chain(`counter packets ${packets} bytes 0 ${verdict}`);
    expect(listing(rule(1, 'accept') + rule(2, 'accept')).diagnostics.map(({ severity }) => severity)).toEqual([
      'note',
    ]);
    expect(errors(rule(1, 'accept') + rule(2, 'drop'))).toEqual([
      '7:1 chain c of table inet t is listed again with other rules (first on line 2)',
    ]);
  });
});

describe('JSON that is not nft’s', () => {
  it.each([
    ['{"a": 1}', `1:1 expected the member 'nftables' with an array`],
    ['{"nftables": [5]}', `1:1 element 0 of 'nftables' is not what nft prints`],
    [
      '{"nftables": [{"rule": {"family": "inet", "table": "t", "chain": "c", "expr": []}}]}',
      `1:1 element 0 of 'nftables' is not what nft prints`,
    ],
    ['{"nftables": [{"table": {"family": "inet"}}]}', `1:1 element 0 of 'nftables' is not what nft prints`],
  ])('%s', (json, message) => {
    expect(errors(json)).toEqual([message]);
  });

  it('that cannot be read at all is an error', () => {
    expect(errors('{"nftables": [,]}')).toHaveLength(1);
  });

  it('gives each rule the line on which it begins', () => {
    const pretty = JSON.stringify(JSON.parse(fixture('named.list.json')), null, 2);
    const { tables } = parseNft(pretty, { source: 'pretty' });
    const lines = pretty.split('\n');
    const rules = tables.flatMap(({ chains }) => chains.flatMap((found) => found.rules));
    expect(rules.length).toBeGreaterThan(10);
    for (const { origin } of rules) expect(lines[origin.line]).toContain('"rule"');
  });
});

describe('a large input', () => {
  const many = 100_000;

  it('of rules is read, all of them', () => {
    const text = chain(...Array.from({ length: many }, (_, i) => `ip daddr 10.0.0.1 tcp dport ${i % 65536} accept`));
    expect(listing(text).tables[0]?.chains[0]?.rules.length).toBe(many);
  });

  it.each([
    ['open braces', '{'.repeat(many)],
    ['braces in a rule', chain(`tcp dport ${'{'.repeat(many)}`)],
    ['parentheses', chain(`meta mark ${'('.repeat(many)}`)],
    ['nested JSON', `{"nftables": ${'['.repeat(many)}`],
    ['closed nested JSON', `{"nftables": ${'['.repeat(many)}${']'.repeat(many)}}`],
    ['a long line', `table inet t { chain c { ${'bad; '.repeat(many)}`],
    ['an operator chain', chain(`meta mark set 1${' ^ 1'.repeat(1000)}`)],
    ['quotes', '"'.repeat(many)],
    ['blanks', `table${' '.repeat(many * 10)}`],
    ['a string in JSON', `{"nftables": "${'\\"a'.repeat(many * 10)}`],
    ['newlines', '\n'.repeat(many)],
    ['unclosed tables', 'table inet a {\n'.repeat(many / 10)],
    ['lines of noise', 'noise noise\n'.repeat(many)],
  ])('of %s does no harm', (_, text) => {
    expect(listing(text).diagnostics.length).toBeLessThan(500);
  });
});

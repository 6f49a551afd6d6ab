import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { network } from '../../../src/model/address.ts';
import type { Match } from '../../../src/model/match.ts';
import type { Rule } from '../../../src/model/ruleset.ts';
import type { Target } from '../../../src/model/target.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { printRule } from '../../../src/print/iptables/index.ts';
import { RECORDED, recorded, VARIANTS } from './recordings.ts';

const negated = fc.boolean();
const mark = fc.nat(0xffffffff);
const port = fc.nat(65535);
const range = fc.tuple(port, port).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
// The kernel keeps 0:65535 as "no port given".
const somePorts = range.filter(({ from, to }) => from > 0 || to < 65535).map((value) => [value]);
const ids = fc.tuple(mark, mark).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
const name = fc.stringMatching(/^[a-z][a-z0-9.]{0,9}\+?$/);
const block = fc
  .tuple(fc.bigInt(0n, 0xffffffffn), fc.integer({ min: 1, max: 32 }))
  .map(([address, length]) => network('ipv4', address, length));
const states = fc.subarray(['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'] as const, {
  minLength: 1,
});
const types = fc.subarray(['UNICAST', 'LOCAL', 'BROADCAST', 'MULTICAST'] as const, { minLength: 1 });
const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((value) => !/[\r\n]/.test(value));
const negatable = <T>(value: fc.Arbitrary<T>) => fc.record({ negated, value });
const addresses = fc
  .tuple(fc.bigInt(0n, 0x7fffffffn), fc.bigInt(0n, 0x7fffffffn))
  .map(([from, size]) => ({ from, to: from + size }));

const base: readonly fc.Arbitrary<Match>[] = [
  fc.record({ kind: fc.constant('source' as const), negated, network: block }),
  fc.record({ kind: fc.constant('destination' as const), negated, network: block }),
  fc.record({ kind: fc.constant('in-interface' as const), negated, name }),
  fc.record({ kind: fc.constant('out-interface' as const), negated, name }),
  fc.record({ kind: fc.constant('protocol' as const), negated, protocol: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant('fragment' as const), negated }),
];

const moduleMatch: fc.Arbitrary<Match> = fc.oneof(
  fc.record(
    {
      kind: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
      sourcePort: negatable(somePorts),
      destinationPort: negatable(somePorts),
    },
    { requiredKeys: ['kind'] },
  ),
  fc.record({
    kind: fc.constant('multiport' as const),
    side: fc.constantFrom('source' as const, 'destination' as const, 'either' as const),
    negated,
    ports: fc.array(range, { minLength: 1, maxLength: 5 }),
  }),
  fc.record(
    { kind: fc.constant('owner' as const), uid: negatable(ids), gid: negatable(ids) },
    { requiredKeys: ['kind'] },
  ),
  fc.record({ kind: fc.constantFrom('mark' as const, 'connmark' as const), negated, value: mark, mask: mark }),
  fc.record({ kind: fc.constant('conntrack' as const), states: negatable(states) }),
  fc.record({ kind: fc.constant('state' as const), states: negatable(states) }),
  fc.record({ kind: fc.constant('comment' as const), text }),
  fc.record(
    { kind: fc.constant('iprange' as const), source: negatable(addresses), destination: negatable(addresses) },
    { requiredKeys: ['kind', 'source'] },
  ),
  fc.record(
    { kind: fc.constant('addrtype' as const), source: negatable(types), destination: negatable(types) },
    { requiredKeys: ['kind', 'source'] },
  ),
  fc.record({
    kind: fc.constant('opaque' as const),
    module: fc.constant('string'),
    args: text.map((value) => ['--algo', 'bm', '--string', value]),
  }),
);

const flags = fc.subarray(['--random', '--random-fully', '--persistent']);
const change = { value: mark, mask: mark };
const target: fc.Arbitrary<Target> = fc.oneof(
  fc.record({ kind: fc.constantFrom('accept' as const, 'drop' as const, 'return' as const) }),
  fc.record({ kind: fc.constantFrom('jump' as const, 'goto' as const), chain: fc.constant('X') }),
  fc.record(
    { kind: fc.constant('redirect' as const), ports: range, flags: fc.subarray(['--random']) },
    { requiredKeys: ['kind', 'flags'] },
  ),
  fc.record(
    {
      kind: fc.constant('dnat' as const),
      address: addresses.map((a) => ({ ...a, family: 'ipv4' as const })),
      ports: range,
      flags,
    },
    { requiredKeys: ['kind', 'address', 'flags'] },
  ),
  fc.record({
    kind: fc.constant('tproxy' as const),
    port,
    address: fc.bigInt(0n, 0xffffffffn),
    family: fc.constant('ipv4' as const),
    mark: fc.record(change),
  }),
  fc.record({ kind: fc.constantFrom('mark' as const, 'connmark-set' as const), ...change }),
  fc.record({
    kind: fc.constantFrom('connmark-save' as const, 'connmark-restore' as const),
    nfmask: mark,
    ctmask: mark,
  }),
  fc.record(
    {
      kind: fc.constant('ct' as const),
      notrack: fc.boolean(),
      zone: fc.integer({ min: 1, max: 65535 }),
      direction: fc.constantFrom('original' as const, 'reply' as const),
      rest: fc.constant([]),
    },
    { requiredKeys: ['kind', 'notrack', 'zone', 'rest'] },
  ),
  fc.record({
    kind: fc.constant('continue' as const),
    module: fc.constant('LOG'),
    args: text.map((value) => ['--log-prefix', value]),
  }),
  fc.record({ kind: fc.constant('reject' as const), with: fc.constant('tcp-reset') }),
);

const matches: fc.Arbitrary<readonly Match[]> = fc
  .tuple(fc.tuple(...base.map((match) => fc.option(match))), fc.array(moduleMatch, { maxLength: 4 }))
  .map(([some, modules]) => [...some.filter((match) => match !== null), ...modules]);

const rules: fc.Arbitrary<Rule> = fc
  .record({ matches, targets: fc.option(target).map((one) => (one === null ? [] : [one])) })
  .map((parts) => ({ ...parts, index: 1, origin: { source: 'p', line: 3 }, text: '' }));

function parse(lines: readonly string[]) {
  return parseIptables(['*nat', ':X - [0:0]', ...lines, 'COMMIT', ''].join('\n'), { source: 'p', family: 'ipv4' });
}

describe('rules that were made up', () => {
  it('are read back as they were printed', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        const { tables, diagnostics } = parse([printRule(rule, 'X')]);
        expect(diagnostics).toEqual([]);
        const read = tables[0]?.chains[0]?.rules[0];
        expect(read?.matches).toEqual(rule.matches);
        expect(read?.targets).toEqual(rule.targets);
        expect(read?.text).toBe(printRule(rule, 'X'));
      }),
      { numRuns: 1000 },
    );
  });
});

const WORDS = VARIANTS.flatMap((variant) => recorded(RECORDED, `${variant}.save`).split('\n'));
const LISTED = VARIANTS.flatMap((variant) => recorded(RECORDED, `${variant}.filter.Lnv`).split('\n'));
const anyLine = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS, ...LISTED) },
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '*nat',
    '* nat',
    'COMMIT',
    '-A',
    '-P',
    '-N X',
    '-I X',
    ':',
    ':X',
    'Chain',
    'Chain X (0 references)',
    '[',
    '[1:2]',
    '[1:2] -A X',
    '#',
    '-',
    '!',
    '-A X !',
  ),
);
/** Cuts and garbles a line. */
const mutated = fc
  .tuple(anyLine, fc.nat(80), fc.nat(80), fc.string({ maxLength: 3 }))
  .map(([line, at, length, put]) => line.slice(0, at) + put + line.slice(at + length));
const anyText = fc.array(fc.oneof(anyLine, mutated), { maxLength: 40 });

describe('whatever text', () => {
  it('never makes the parser throw, and no -A line vanishes without a word', () => {
    fc.assert(
      fc.property(anyText, (lines) => {
        const text = lines.join('\n');
        const { tables, diagnostics } = parseIptables(text, { source: 'p' });
        const spoken = new Set(diagnostics.map(({ line }) => line));
        const merged = diagnostics.some(({ message }) => /twice|iptables-restore/.test(message));
        for (const rule of tables.flatMap(({ chains }) => chains).flatMap((chain) => chain.rules))
          spoken.add(rule.origin.line);
        for (const [index, line] of text.split('\n').entries()) {
          if (/^-A /.test(line) && !merged) expect(spoken, line).toContain(index + 1);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('diagnostics point into their line, and positions count without gaps', () => {
    fc.assert(
      fc.property(anyText, (lines) => {
        const { tables, diagnostics } = parseIptables(lines.join('\n'), { source: 'p' });
        for (const { column, line, text } of diagnostics) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(column).toBeLessThanOrEqual(text.length + 1);
        }
        for (const { rules: read } of tables.flatMap(({ chains }) => chains))
          expect(read.map(({ index }) => index)).toEqual(read.map((_, i) => i + 1));
      }),
      { numRuns: 500 },
    );
  });
});

describe('much text', () => {
  const seconds = (text: string) => {
    const before = process.cpuUsage();
    parseIptables(text, { source: 'p' });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  const save = (count: number) =>
    [
      '*nat',
      ':X - [0:0]',
      ...Array.from(
        { length: count },
        (_, i) =>
          `-A X -d 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}/32 -p tcp -m tcp --dport ${i & 65535} -m comment --comment "number ${i}" -j RETURN`,
      ),
      'COMMIT',
      '',
    ].join('\n');

  it('100,000 rules take about a second, not the minutes of a quadratic parser', () => {
    expect(seconds(save(100_000))).toBeLessThan(20);
  });

  it.each([
    ['one line of a million words', `-A X ${'-m tcp '.repeat(300_000)}`],
    ['many abbreviated options', `-A X ${'-m comment --comm x '.repeat(100_000)}`],
    [
      'two long lists of addresses',
      `-A X -s ${'10.0.0.1,'.repeat(20_000)}1.1.1.1 -d ${'10.0.0.1,'.repeat(20_000)}1.1.1.1`,
    ],
    ['one line of blanks', `${' '.repeat(2_000_000)}x`],
    ['a hundred thousand lines that are none', 'Chain of command (1 -- * *\n'.repeat(100_000)],
    ['an open quote', `-A X -m comment --comment "${'\\" '.repeat(500_000)}`],
    ['many chains that are missing', Array.from({ length: 50_000 }, (_, i) => `-A X -j C${i}`).join('\n')],
    ['many headings', '# iptables -t nat -S\n-P OUTPUT ACCEPT\n'.repeat(20_000)],
  ])('%s takes no longer than its length allows', (_, text) => {
    expect(seconds(text)).toBeLessThan(20);
  });
});

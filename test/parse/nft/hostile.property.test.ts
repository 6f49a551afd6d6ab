import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNft } from '../../../src/parse/nft/index.ts';
import { printNft } from '../../../src/print/nft/index.ts';
import { fixture } from './recordings.ts';

const options = { source: 'hostile' };

const pieces = fc.constantFrom(
  ...'table inet t { } chain c type filter hook output priority ; policy accept drop jump { , } ( ) = == != < / & | ^ . : @s "x" " # \n'.split(
    ' ',
  ),
  ...'tcp dport ip daddr meta mark set ct state vmap map elements comment redirect to :80 :99999 1-0 0x 10.0.0.1/99 __proto__'.split(
    ' ',
  ),
  '\n',
  '\0',
);

const values = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.string(),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('any'), { maxLength: 4 }),
  object: fc.dictionary(
    fc.constantFrom(
      ...'match op left right meta key payload protocol field set range prefix addr len & | mangle value redirect port ct elem val __proto__ constructor'.split(
        ' ',
      ),
    ),
    tie('any'),
    { maxKeys: 4 },
  ),
}));

/** The text with some spans cut out, doubled or replaced. */
const mutated = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.nat(text.length), fc.nat(40), fc.oneof(pieces, fc.string({ maxLength: 5 }))), {
      minLength: 1,
      maxLength: 8,
    })
    .map((edits) => edits.reduce((now, [at, length, put]) => now.slice(0, at) + put + now.slice(at + length), text));

describe('parseNft never throws, and what it returns can be printed', () => {
  const survives = (text: string): void => {
    const { tables, diagnostics } = parseNft(text, options);
    expect(typeof printNft(tables)).toBe('string');
    for (const { line, column, message } of diagnostics) {
      expect(line).toBeGreaterThanOrEqual(0);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(message).not.toBe('');
    }
  };

  it('on garbage', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), survives), { numRuns: 500 });
  });

  it('on words of nft in any order', () => {
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 60 }).map((words) => words.join(' ')),
        survives,
      ),
      { numRuns: 2000 },
    );
    const inChain = fc
      .array(pieces, { maxLength: 20 })
      .map((words) => `table inet t {\nchain c {\n${words.join(' ')}\n}\n}\n`);
    fc.assert(fc.property(inChain, survives), { numRuns: 2000 });
  });

  it('on damaged text', () => {
    fc.assert(fc.property(mutated(fixture('statements.list.nft')), survives), { numRuns: 150 });
    fc.assert(fc.property(mutated(fixture('named.list.nft')), survives), { numRuns: 300 });
  });

  it('on damaged JSON', () => {
    fc.assert(fc.property(mutated(fixture('named.list.json')), survives), { numRuns: 300 });
  });

  it('on JSON of any shape in place of a statement', () => {
    const rule = (expr: unknown): string =>
      JSON.stringify({
        nftables: [
          { table: { family: 'inet', name: 't' } },
          { chain: { family: 'inet', table: 't', name: 'c' } },
          { rule: { family: 'inet', table: 't', chain: 'c', expr: [expr] } },
        ],
      });
    fc.assert(
      fc.property(values.any, (expr) => survives(rule(expr))),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(values.any, (value) => survives(JSON.stringify({ nftables: value }))),
      { numRuns: 500 },
    );
  });
});

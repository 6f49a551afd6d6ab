import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, labelled, wrap, wrapProse } from '../../src/report/wrap.ts';

describe('wrap', () => {
  it('breaks at white space', () => {
    expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
  });

  it('breaks a word that is longer than a line, but no character', () => {
    expect(wrap('a 🦊🦊🦊🦊', 2)).toEqual(['a', '🦊🦊', '🦊🦊']);
  });

  it('gives one empty line for nothing', () => {
    expect(wrap('', 10)).toEqual(['']);
  });

  it('loses no character and fills no line beyond the width', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), (text, width) => {
        const lines = wrap(text, width);
        expect(lines.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('wrapProse', () => {
  it('breaks no command, however long', () => {
    expect(wrapProse('Run `a b c d`, then look', 8)).toEqual(['Run', '`a b c d`,', 'then', 'look']);
  });

  it('breaks what is no command, a lone backtick too', () => {
    expect(wrapProse('a `bcd efghijk', 4)).toEqual(['a', '`bcd', 'efgh', 'ijk']);
    expect(wrapProse('', 4)).toEqual(['']);
  });
});

describe('labelled', () => {
  it('puts the label in front of the first line only', () => {
    expect(labelled('Rule', 6, ['one', 'two'])).toEqual(['Rule  one', '      two']);
  });
});

describe('clip', () => {
  it('says with an ellipsis that something is missing', () => {
    expect([clip('abcdef', 6), clip('abcdef', 5)]).toEqual(['abcdef', 'abcd…']);
  });
});

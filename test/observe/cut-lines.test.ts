import { describe, expect, it } from 'vitest';
import { observeRules } from '../../src/observe/index.ts';
import { RECORDED } from '../parse/pasted/texts.ts';

const told = (text: string) => observeRules([{ name: 'x', text }]).obstacles.map(({ message }) => message);
const cut = (text: string, width: number) =>
  text
    .split('\n')
    .map((line) => line.slice(0, width).trimEnd())
    .join('\n');

describe('a listing that was cut at a column', () => {
  it.each([60, 80, 100, 115])('of -L: column %i', (width) => {
    expect(told(cut(RECORDED['L -n -v'], width))).not.toEqual([]);
  });

  it('is none where no line reaches the column', () => expect(told(cut(RECORDED['L -n -v'], 400))).toEqual([]));
});

describe('what says itself that something was left out', () => {
  const rules = RECORDED.S.trimEnd().split('\n');
  it.each(['...', '[...]', '  …', '(truncated)', '[snip]', '<output truncated>'])('%s', (mark) => {
    expect(told(rules.toSpliced(-2, 1, mark).join('\n'))).toMatchObject([
      expect.stringMatching(/left out|lost|parsed/),
    ]);
  });

  it.each(['Running iptables, please wait ...', 'and so on'])('is no line of prose: %s', (line) => {
    expect(told([line, '', ...rules, ''].join('\n'))).toEqual(told([...rules, ''].join('\n')));
  });
});

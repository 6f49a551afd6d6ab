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
  it.each(['...', '[...]', '  …', '(truncated)', '[snip]', '-- snip --', '<output truncated>'])('%s', (mark) => {
    expect(told(rules.toSpliced(-2, 1, mark).join('\n'))).toMatchObject([
      expect.stringMatching(/left out|lost|parsed/),
    ]);
  });

  it('> at the end of a rule, as pagers mark lines that go on', () => {
    const at = rules.findIndex((line) => line.startsWith('-A OUTPUT'));
    const text = rules.with(at, `${rules[at]?.replace(/ -m owner.*/, '')} -m>`).join('\n');
    expect(told(text)).toMatchObject([expect.stringMatching(/left out/)]);
  });

  it.each(['Running iptables, please wait ...', 'and so on'])('is no line of prose: %s', (line) => {
    expect(told([line, '', ...rules, ''].join('\n'))).toEqual(told([...rules, ''].join('\n')));
  });
});

describe('a line that was garbled', () => {
  const rules = RECORDED.S.trimEnd().split('\n');
  const garbled = (line: string) => [...line].reverse().join('');
  const ends = (text: string) => observeRules([{ name: 'x', text }]).ends ?? [];

  it('leaves open where a listing ends, if it is the last of it', () => {
    const text = [...rules.slice(0, -1), garbled(rules.at(-1) ?? '')].join('\n');
    expect(ends(text)).not.toEqual([]);
    expect(ends([text, '-P PREROUTING ACCEPT', '-P OUTPUT ACCEPT'].join('\n'))).not.toEqual([]);
  });

  it('is none where prose begins behind a blank line', () => {
    expect(ends([...rules, '', 'This is all that I have.', ''].join('\n'))).toEqual([]);
  });

  it('is known by bytes that are no text, but not in a comment', () => {
    const text = `${rules.join('\n')}\n`;
    expect(told(text.replace('OUTPUT -p', 'OUTPUT -o l\ufffd -p'))).toMatchObject([expect.stringMatching(/bytes/)]);
    expect(told(text.replace('OUTPUT -p', 'OUTPUT -m comment --comment "a \ufffd" -p'))).toEqual(told(text));
  });
});

describe('a line of nft that ends in a mark', () => {
  const table = (rule: string) =>
    `table ip nat {\n\tchain PREROUTING {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${rule}\n\t}\n}\n`;

  it.each(['counter pa>', 'counter packets 0 …', 'ip daddr 10.0.0.1 ...'])('has lost its end: %s', (rule) => {
    expect(told(table(rule))).toMatchObject([expect.stringMatching(/end of this line was left out|parsed/)]);
  });

  it('has not where the mark stands in a comment', () => {
    expect(told(table('counter accept comment "and so on..."'))).toEqual([]);
  });
});

describe('a row of a listing whose columns were moved', () => {
  const moved = RECORDED['L -n -v'].replace(/\* {6}\* {7}/, '*  ?!    ');

  it('was changed, where others stand as iptables prints them', () => {
    expect(moved).not.toBe(RECORDED['L -n -v']);
    expect(told(moved)).toMatchObject([expect.stringMatching(/has its columns where no other row has them/)]);
  });

  it('was not, where all of them are', () => {
    expect(told(moved.replace(/ +/g, ' '))).not.toMatchObject([expect.stringMatching(/columns where/)]);
  });
});

describe('the headings of a listing that was cut at a column', () => {
  it('have lost some of the blanks that iptables pads them with, not all', () => {
    const cut = RECORDED['L -n -v'].replace(/destination +$/gm, 'destination ');
    expect(told(cut)).toMatchObject([expect.stringMatching(/headings end early/)]);
    expect(told(cut.replace(/destination $/gm, 'destination'))).toEqual([]);
  });
});

it('bytes that are no text are no name of nft either, but may stand in a comment', () => {
  const table = (rule: string) =>
    `table ip nat {\n\tchain PREROUTING {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${rule}\n\t}\n}\n`;
  expect(told(table('iifname "e\ufffd0" accept'))).toMatchObject([expect.stringMatching(/bytes/)]);
  expect(told(table('accept comment "e\ufffd0"'))).toEqual([]);
});

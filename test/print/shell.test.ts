import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pasteable, quoteWords } from '../../src/print/shell.ts';

/** What a shell makes of command lines, one script for all: each word ends with a NUL, each line with a word of ours. */
function wordsOf(lines: readonly string[], shell: string): string[][] {
  const end = '\u{1F51A}';
  const script = lines.map((line) => `printf '%s\\0' ${line} ${end}\n`).join('');
  const words = execFileSync(shell, ['-c', script], { maxBuffer: 1 << 26 })
    .toString()
    .split('\0')
    .slice(0, -1);
  const all: string[][] = [[]];
  for (const word of words) word === end ? all.push([]) : all.at(-1)?.push(word);
  return all.slice(0, -1);
}

const WORDS = [
  ...[
    '',
    ' ',
    '!',
    '! x',
    '-n',
    '--',
    '~',
    '~root',
    '=x',
    'a=b',
    '#',
    'a#b',
    '*',
    '?',
    '[a]',
    '{a,b}',
    '$HOME',
    '$(touch x)',
  ],
  ...[
    '`id`',
    "'",
    "''",
    "it's",
    '"',
    '\\',
    "\\'",
    '\n',
    '\t',
    'a\nb',
    ';',
    '&',
    '|',
    '<',
    '>',
    '(',
    ')',
    'ünï',
    '\u202e',
  ],
];

/** Every character but NUL, which no word can hold. */
const word = fc.oneof(
  fc.constantFrom(...WORDS),
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
  fc.array(fc.constantFrom(...WORDS)).map((parts) => parts.join('')),
);

describe('a quoted command line', () => {
  it.each(['sh', 'bash'])('is split by %s into the words that were meant', (shell) => {
    fc.assert(
      fc.property(fc.array(fc.array(word, { minLength: 1 }), { minLength: 20, maxLength: 60 }), (argvs) => {
        // The first word is quoted as a program's name, which must be right as an argument as well.
        expect(wordsOf(argvs.map(quoteWords), shell)).toEqual(argvs);
      }),
      { numRuns: 20 },
    );
  });

  it.each(['if', 'A=b', '!', 'while', '{'])('runs the program that is called %j', (name) => {
    const script = `${quoteWords([name])} 2>&1; true`;
    expect(execFileSync('sh', ['-c', script]).toString()).toContain('not found');
  });

  it('is quoted only where it has to be', () => {
    expect(quoteWords(['iptables-nft', '-t', 'nat', '!', '-d', '127.0.0.1/32', '--dports', '80,90:100'])).toBe(
      'iptables-nft -t nat ! -d 127.0.0.1/32 --dports 80,90:100',
    );
    expect(quoteWords(['nft', 'add rule', "it's", ''])).toBe(`nft 'add rule' 'it'\\''s' ''`);
  });
});

describe('what is printed to be pasted', () => {
  it.each(['\n', '\u001b[2J', '\u007f', '\u0085', '\u202e', '\u200b', '\u2028', '\u00a0', '\ufffd', '\ud800', '\r'])(
    'has no %j',
    (character) => {
      expect(pasteable(['iptables', `a${character}b`])).toBeNull();
    },
  );

  it('is any other text, quoted', () => {
    expect(pasteable(['iptables', '-o', 'ü $(x)'])).toBe("iptables -o 'ü $(x)'");
  });
});

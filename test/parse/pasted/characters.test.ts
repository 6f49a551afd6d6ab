import { describe, expect, test } from 'vitest';
import { observeRules } from '../../../src/observe/index.ts';

const SAVE = [
  '*nat',
  ':PREROUTING ACCEPT [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  ':ISTIO_OUTPUT - [0:0]',
  '-A OUTPUT -p tcp -m tcp --dport 80 -j ISTIO_OUTPUT',
  '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN',
  'COMMIT',
];
const read = (lines: readonly string[]) => {
  const { ruleset, obstacles } = observeRules([{ name: 'x', text: `${lines.join('\n')}\n` }]);
  const rules = ruleset.tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
  return {
    rules: rules.map(({ text, origin }) => `${origin.line} ${text}`),
    obstacles: obstacles.map(({ message }) => message),
  };
};
const plain = read(SAVE);

describe('dashes of typography', () => {
  test.each([
    ['at the beginning of lines', (line: string) => line.replace(/^-/, '\u2013')],
    ['for two', (line: string) => line.replaceAll('--', '\u2013')],
    ['long, for two', (line: string) => line.replaceAll('--', '\u2014')],
    ['for each', (line: string) => line.replaceAll('-', '\u2212')],
    ['no-break hyphens', (line: string) => line.replaceAll('-', '\u2011')],
    ['one of two', (line: string) => line.replaceAll('--', '\u2013-')],
  ])('%s are read', (_, change) => {
    expect(read(SAVE.map(change))).toEqual(plain);
  });

  test('in names nobody can tell what they were: the line and the character are named', () => {
    const changed = SAVE.map((line) => line.replace(/^-/, '\u2013').replaceAll('ISTIO_OUTPUT', 'ISTIO\u2013OUTPUT'));
    expect(read(changed).obstacles).toMatchObject([expect.stringMatching(/line 4: .*U\+2013/)]);
  });

  test('a chain that was named with one keeps its name', () => {
    const named = SAVE.map((line) => line.replaceAll('ISTIO_OUTPUT', '\u2013A'));
    expect(read(named)).toMatchObject({
      obstacles: [],
      rules: [expect.stringContaining('-j \u2013A'), expect.stringContaining('-A \u2013A')],
    });
  });
});

describe('characters that nobody sees', () => {
  test.each([
    ['no-break spaces', (line: string) => line.replaceAll(' ', '\u00a0')],
    ['narrow no-break spaces', (line: string) => line.replaceAll(' ', '\u202f')],
    ['zero-width spaces', (line: string) => line.replaceAll('-', '\u200b-')],
    ['a byte order mark', (line: string) => line.replace('*', '\ufeff*')],
    ['soft hyphens', (line: string) => line.replaceAll('ISTIO', 'IS\u00adTIO')],
    ['marks of direction', (line: string) => `\u202a${line}\u202c`],
    ['colours', (line: string) => `\u001b[31m${line}\u001b[0m`],
    ['titles of windows', (line: string) => `\u001b]0;root@web\u0007${line}`],
    ['a bracketed paste', (line: string) => `\u001b[?2004h${line}\u001b[?2004l`],
  ])('%s', (_, change) => expect(read(SAVE.map(change))).toEqual(plain));

  test('line ends of old', () => {
    expect(observeRules([{ name: 'x', text: SAVE.join('\r') }]).ruleset).toEqual(
      observeRules([{ name: 'x', text: SAVE.join('\n') }]).ruleset,
    );
  });

  test('a comment is what somebody wrote, and forges nothing', () => {
    const comment = '"\u001b]x -j ACCEPT\u00a0# \u2013A OUTPUT"';
    const rule = `-A OUTPUT -m comment --comment ${comment} -j ISTIO_OUTPUT`;
    expect(read([...SAVE.slice(0, 4), rule, 'COMMIT']).rules).toEqual([`5 ${rule}`]);
  });
});

describe('what stands behind rules', () => {
  test.each([
    ['comments', (line: string) => `${line}   # the rule that matters`],
    ['comments without blanks', (line: string) => `${line} #1`],
    ['comments of rules alone', (line: string) => (line.startsWith('-A') ? `${line}\t# "quoted" -j DROP` : line)],
    ['fields of the agent', (line: string) => (line === 'COMMIT' ? `${line}\tns=shop name=web-0` : line)],
    ['fields, the tab as blanks', (line: string) => (line === 'COMMIT' ? `${line}    ns=shop name=web-0` : line)],
    ['fields behind a rule', (line: string) => (line.includes('RETURN') ? `${line}\tns=shop\tname=web-0` : line)],
  ])('%s', (_, change) => expect(read(SAVE.map(change))).toEqual(plain));

  test.each(['"a # b"', "'a # b'", '"a\tb=c"', '#'])('the comment %s of iptables itself is the rule’s', (comment) => {
    const rule = `-A OUTPUT -m comment --comment ${comment} -j ISTIO_OUTPUT`;
    expect(read([...SAVE.slice(0, 4), rule, 'COMMIT'])).toEqual({ rules: [`5 ${rule}`], obstacles: [] });
  });

  test('so is the name of a chain', () => {
    const named = SAVE.map((line) => line.replaceAll('ISTIO_OUTPUT', '#1'));
    expect(read(named).rules).toEqual(plain.rules.map((rule) => rule.replaceAll('ISTIO_OUTPUT', '#1')));
  });
});

describe('numbers and marks of grep', () => {
  test('a jump in the numbers is a loss', () => {
    const numbered = SAVE.map((line, at) => `${String(at + 1).padStart(6)}\t${line}`);
    expect(read(numbered)).toEqual(plain);
    expect(read(numbered.toSpliced(4, 1)).obstacles).toMatchObject([expect.stringContaining('line 5: ')]);
    expect(read(SAVE.map((line, at) => `${at + 1}:${line}`).toSpliced(2, 1)).obstacles).toHaveLength(1);
    expect(read(SAVE.map((line, at) => `${at + 9}\t${line}`)).obstacles).toMatchObject([
      expect.stringContaining('begin with 9'),
    ]);
  });

  test('numbers are those of the text, not those in front of the lines', () => {
    const { rules } = read(['Look:', '', ...SAVE.map((line, at) => `${at + 1}\t${line}`)]);
    expect(rules).toEqual(plain.rules.map((rule) => rule.replace(/^\d+/, (line) => String(Number(line) + 2))));
  });

  test('where grep -C left lines out is a loss', () => {
    const rows = ['-A OUTPUT -j A', '--', '-A A -j RETURN'];
    expect(read(rows).obstacles).toMatchObject([expect.stringContaining('line 2')]);
  });
});

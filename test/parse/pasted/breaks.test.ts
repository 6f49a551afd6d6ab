import { describe, expect, test } from 'vitest';
import { observeRules } from '../../../src/observe/index.ts';
import { unwrapPasted } from '../../../src/parse/pasted/index.ts';
import { atBlanks, atEdge } from './breaks.ts';
import { RECORDED } from './texts.ts';
import type { Wrap } from './wrappers.ts';

const WIDTHS: readonly (readonly [string, Wrap])[] = [60, 72, 80, 100, 132].flatMap((width) => [
  [`a terminal of ${width} columns`, atEdge(width)] as const,
  [`a mail of ${width} columns`, atBlanks(width)] as const,
]);
const FORMS = ['save', 'legacy save', 'S', 'L -n -v', 'L -n -v --line-numbers', 'nft'] as const;

const words = (text: string) => text.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
const lines = (text: string) => text.replace(/\n$/, '').split('\n');

describe.each(FORMS)('%s', (form) => {
  test.each(WIDTHS)('broken by %s: every line is whole again, or an error says where it is not', (_, wrap) => {
    const text = `${wrap(lines(RECORDED[form])).join('\n')}\n`;
    const found = unwrapPasted(text, 'x').flatMap((plain) => words(plain.text));
    const printed = new Set(words(RECORDED[form]));
    const broken = found.filter((line) => !printed.has(line));
    expect(broken.length).toBeLessThanOrEqual(5);
    if (broken.length > 0) expect(observeRules([{ name: 'x', text }]).obstacles).not.toEqual([]);
  });
});

const HEAD = [
  '*nat',
  ':OUTPUT ACCEPT [0:0]',
  ':ISTIO_OUTPUT - [0:0]',
  ':ISTIO_REDIRECT - [0:0]',
  '-A OUTPUT -j ISTIO_OUTPUT',
];
const end = ['-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001', 'COMMIT', ''];
const obstacles = (...rule: string[]) =>
  observeRules([{ name: 'x', text: [...HEAD, ...rule, ...end].join('\n') }]).obstacles.map(({ message }) => message);
const rules = (...rule: string[]) =>
  observeRules([{ name: 'x', text: [...HEAD, ...rule, ...end].join('\n') }]).ruleset.tables[0]?.chains[1]?.rules.map(
    ({ text, origin }) => `${origin.line} ${text}`,
  );

describe('a rule and its rest', () => {
  test.each([
    [['-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -m owner', '--uid-owner 1337 -j ISTIO_REDIRECT']],
    [['-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -m owner --uid-', 'owner 1337 -j ISTIO_REDIRECT']],
    [['-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -m owner --uid-owner 1337 -j ISTIO_RED', 'IRECT']],
    [['-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo', '-m owner', '--uid-owner 1337', '-j ISTIO_REDIRECT']],
  ])('%j', (pieces) => {
    const whole = '-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -m owner --uid-owner 1337 -j ISTIO_REDIRECT';
    expect(rules(...pieces)).toEqual([`6 ${whole}`]);
    expect(obstacles(...pieces)).toEqual([]);
  });

  test.each([
    [['-A ISTIO_OUTPUT -o lo -j ISTIO_RED', 'IRECTED']],
    [['-A ISTIO_OUTPUT -o lo', '-m owner --uid-owner']],
    [['-A ISTIO_OUTPUT -o lo -j RETURN', 'Thank you!']],
  ])('%j make no line together', (pieces) => {
    expect(obstacles(...pieces)).toMatchObject([expect.stringMatching(/line (?:6|7)/)]);
  });
});

describe('what stands between the rows and rules of a listing', () => {
  const COLUMNS = ' pkts bytes target     prot opt in     out     source               destination';
  const row = '    0     0 RETURN     6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80';
  const listing = (line: string) =>
    ['Chain PREROUTING (policy ACCEPT)', COLUMNS, '', 'Chain OUTPUT (policy ACCEPT)', COLUMNS, row, line, row, ''].join(
      '\n',
    );
  const messages = (text: string) => observeRules([{ name: 'x', text }]).obstacles.map(({ message }) => message);

  test.each(['once upon a time', 'tcp dpt:', '123'])('of -L: %j is an error', (line) => {
    expect(messages(listing(line))).toMatchObject([expect.stringContaining('line 7')]);
    expect(messages(listing(row))).toEqual([]);
  });

  test.each(['once upon a time', 'p tcp -j ACCEPT', '15001'])('of -S: %j is an error', (line) => {
    const list = ['-P PREROUTING ACCEPT', '-P OUTPUT ACCEPT', '-N A', '-A OUTPUT -j A'];
    expect(messages([...list, line, '-A A -j RETURN'].join('\n'))).toMatchObject([expect.stringContaining('line 5')]);
    expect(messages([...list, '-A A -j RETURN', '', 'Thanks!'].join('\n'))).toEqual([]);
  });
});

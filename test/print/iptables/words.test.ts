import { describe, expect, it } from 'vitest';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { ruleWords } from '../../../src/print/iptables/words.ts';

function wordsOf(rule: string) {
  const { tables } = parseIptables(`*nat\n:OUTPUT ACCEPT [0:0]\n:X - [0:0]\n${rule}\nCOMMIT\n`, { source: 'test' });
  const parsed = tables[0]?.chains.flatMap(({ rules }) => rules)[0];
  if (parsed === undefined) throw new Error(`no rule: ${rule}`);
  return ruleWords(parsed);
}

describe('the words of a rule', () => {
  it.each([
    '-d 127.0.0.1/32 ! -i lo -p tcp -m tcp --dport 80 -m owner ! --uid-owner 1337 -j REDIRECT --to-ports 15001',
    '-p udp -m multiport --dports 53,5353 -m mark --mark 0x1/0xf -j X',
    '-m conntrack --ctstate RELATED,ESTABLISHED -m addrtype --dst-type LOCAL -g X',
  ])('are those that iptables printed: %s', (rule) => {
    expect(wordsOf(`-A OUTPUT ${rule}`)).toEqual(rule.split(' '));
  });

  it('hold a comment as one word, without the quotes and escapes of the text', () => {
    expect(wordsOf(String.raw`-A OUTPUT -m comment --comment "a \"b\" \\ \'c\'" -j ACCEPT`)).toEqual([
      ...['-m', 'comment', '--comment', String.raw`a "b" \ 'c'`, '-j', 'ACCEPT'],
    ]);
    expect(wordsOf('-A OUTPUT -m comment --comment "" -j ACCEPT')).toContain('');
  });

  it.each([
    '-m quota --quota 5 -j ACCEPT',
    '-m nonsense --x 1 -j ACCEPT',
    '-j NONSENSE --y',
    '-j LOG --log-prefix "a b"',
  ])('are not claimed for what is known as text only: %s', (rule) => {
    expect(wordsOf(`-A OUTPUT ${rule}`)).toBeNull();
  });
});

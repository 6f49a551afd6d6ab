import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../src/model/ruleset.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { printRule } from '../../../src/print/iptables/index.ts';

function parse(lines: readonly string[], table = 'filter') {
  const text = [`*${table}`, ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':X - [0:0]', ...lines, 'COMMIT', ''].join(
    '\n',
  );
  const { tables, diagnostics } = parseIptables(text, { source: 'test' });
  const rules = tables[0]?.chains.find(({ name }) => name === 'X')?.rules ?? [];
  return { rules, diagnostics };
}

/** The only rule of a text that has nothing wrong with it. */
function rule(line: string, table?: string): Rule {
  const { rules, diagnostics } = parse([line], table);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(rules).toHaveLength(1);
  return rules[0] as Rule;
}

function printed(line: string, table?: string): string {
  return printRule(rule(line, table), 'X');
}

describe('spellings that mean the same', () => {
  it.each([
    ['-A X --protocol=TCP --dport=80 -jACCEPT', '-A X -p tcp -m tcp --dport 80 -j ACCEPT'],
    ['-A X -ptcp --syn -j ACCEPT', '-A X -p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT'],
    ['-A X -p tcp -m tcp --dport ! 80 -d ! 10.0.0.1', '-A X ! -d 10.0.0.1/32 -p tcp -m tcp ! --dport 80'],
    ['-A X -j MARK --set-mark 0xf0/0xf', '-A X -j MARK --set-xmark 0xf0/0xff'],
    ['-A X -j MARK --and-mark 0xff00', '-A X -j MARK --set-xmark 0x0/0xffff00ff'],
    ['-A X -j CONNMARK --save-mark --mask 0xff', '-A X -j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff'],
    [
      '-A X -p tcp -j TPROXY --on-port 15006',
      '-A X -p tcp -j TPROXY --on-port 15006 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0',
    ],
    ['-A X -p tcp -j REDIRECT --to-port 15006', '-A X -p tcp -j REDIRECT --to-ports 15006'],
    ['-A X -m conntrack --ctstate ESTABLISHED,RELATED', '-A X -m conntrack --ctstate RELATED,ESTABLISHED'],
    ['-A X -s 10/8 -d 0/0 -i + -p all', '-A X -s 10.0.0.0/8'],
    ['-A X -m mark --mark 010', '-A X -m mark --mark 0x8'],
    ['-A X -p tcp -j INPUT --dport 8', '-A X -p tcp -m tcp --dport 8 -j INPUT'],
  ])('%s', (written, canonical) => {
    expect(printed(written)).toBe(canonical);
  });

  it('keeps the text as it was written, without counters', () => {
    expect(rule('[7:8] -A X  -p TCP   -j  ACCEPT').text).toBe('-A X  -p TCP   -j  ACCEPT');
    expect(rule('[7:8] -A X -j ACCEPT').counters).toEqual({ packets: 7, bytes: 8 });
    expect(rule('-A X -p tcp -c 1 2 -j ACCEPT').text).toBe('-A X -p tcp -j ACCEPT');
    expect(rule('--append X -j ACCEPT').text).toBe('-A X -j ACCEPT');
  });
});

describe('quotes', () => {
  it.each([
    [String.raw`"it\'s \"q\" \\ b"`, `it's "q" \\ b`],
    [`'a "b" c'`, 'a "b" c'],
    ['""', ''],
    ['"-j DROP"', '-j DROP'],
    ['"!"', '!'],
    ['"\u001b[31mred"', '\u001b[31mred'],
  ])('%s is data', (written, text) => {
    expect(rule(`-A X -m comment --comment ${written} -j ACCEPT`).matches).toEqual([{ kind: 'comment', text }]);
  });
});

describe('lists of addresses', () => {
  it('become a rule for every pair, sources outermost', () => {
    const { rules } = parse(['-A X -s 10.0.0.1,10.0.0.2 -d 10.1.0.1,10.1.0.2 -j DROP', '-A X -j ACCEPT']);
    expect(rules.map((each) => printRule(each, 'X'))).toEqual([
      '-A X -s 10.0.0.1/32 -d 10.1.0.1/32 -j DROP',
      '-A X -s 10.0.0.1/32 -d 10.1.0.2/32 -j DROP',
      '-A X -s 10.0.0.2/32 -d 10.1.0.1/32 -j DROP',
      '-A X -s 10.0.0.2/32 -d 10.1.0.2/32 -j DROP',
      '-A X -j ACCEPT',
    ]);
    expect(rules.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('what is not known stays in the rule, with a note', () => {
  it.each([
    ['-A X -m frobnicate --level 3 ! --deep -j ACCEPT', 'matches', '-m frobnicate --level 3 ! --deep'],
    ['-A X -p tcp -m tcp --dport http -j ACCEPT', 'matches', '-m tcp --dport http'],
    ['-A X -m owner --uid-owner istio-proxy -j ACCEPT', 'matches', '-m owner --uid-owner istio-proxy'],
    ['-A X --frob 3 -j ACCEPT', 'matches', '--frob 3'],
    ['-A X ! -s istiod.istio-system -j ACCEPT', 'matches', '! -s istiod.istio-system'],
    ['-A X -p frob -j ACCEPT', 'matches', '-p frob'],
    ['-A X -j FROB --hard --times "2 3"', 'targets', '-j FROB --hard --times "2 3"'],
    ['-A X -j NFQUEUE --queue-num 3', 'targets', '-j NFQUEUE --queue-num 3'],
    ['-A X -j CT --zone mark', 'targets', '-j CT --zone mark'],
    ['-A X -p tcp -j DNAT --to-destination 10.0.0.1:10-20/5', 'targets', '-j DNAT --to-destination 10.0.0.1:10-20/5'],
  ] as const)('%s', (line, part, raw) => {
    const { rules, diagnostics } = parse([line]);
    expect(diagnostics.map(({ severity }) => severity)).toEqual(['note']);
    expect(rules[0]?.[part]).toContainEqual({ kind: 'unknown', raw });
    expect(rules[0] && printRule(rules[0], 'X').split(' ').toSorted()).toEqual(line.split(' ').toSorted());
  });
});

describe('what iptables would refuse is an error at its column, and the rule keeps its place', () => {
  it.each([
    ['-A X -p tcp -m tcp --dport 99999 -j ACCEPT', 20, 'port'],
    ['-A X -p tcp -m tcp --dport 80 90 -j ACCEPT', 31, 'unexpected "90"'],
    ['-A X -p tcp -m tcp --dprot 80 -j ACCEPT', 20, 'tcp has no option --dprot'],
    ['-A X -s 10.0.0.300 -j ACCEPT', 9, 'not an address'],
    ['-A X -s 10.0.0.1 -d fd00::1 -j ACCEPT', 21, 'not an ipv4 address'],
    ['-A X -j', 8, 'needs an argument'],
    ['-A X -m comment --comment "open -j ACCEPT', 27, 'quote'],
    ['-A X -m mark --mark 0x1ffffffff -j ACCEPT', 14, '32-bit'],
    ['-A X -j ACCEPT -j DROP', 16, 'one target'],
    ['-A X -p tcp -m tcp --dport 1 --dport 2', 30, 'twice'],
    ['-A X ! -j ACCEPT', 8, 'cannot come before -j'],
    ['-A X -j ACCEPT !', 17, 'nothing after'],
    ['-A X -j REDIRECT ! --to-ports 5', 20, 'cannot come before'],
    ['-A X ! -s 10.0.0.1,10.0.0.2 -j ACCEPT', 8, 'list of addresses'],
    ['-A X -m conntrack --ctstate NEWISH', 19, 'list of INVALID'],
    ['-A X -m state', 6, 'without --state'],
    ['-A X -j MARK --set-mark x', 14, '32-bit'],
    ['-A X -p 256 -j ACCEPT', 9, 'not a protocol'],
  ])('%s', (line, column, words) => {
    const { rules, diagnostics } = parse([line, '-A X -j DROP']);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ severity: 'error', line: 5, column, text: line });
    expect(diagnostics[0]?.message).toContain(words);
    expect(rules.map(({ index, targets }) => [index, targets[0]?.kind])).toEqual([
      [1, 'unknown'],
      [2, 'drop'],
    ]);
  });
});

describe('text for iptables-restore', () => {
  it('-I inserts at its position, in front without one', () => {
    const { rules } = parse(['-A X -j ACCEPT', '-I X -j DROP', '-I X 2 -j RETURN']);
    expect(rules.map(({ index, text }) => [index, text])).toEqual([
      [1, '-A X -j DROP'],
      [2, '-A X -j RETURN'],
      [3, '-A X -j ACCEPT'],
    ]);
  });
});

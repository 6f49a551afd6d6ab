import { describe, expect, it } from 'vitest';
import { describeAction, reasonOf } from '../../src/evaluate/describe.ts';
import type { State } from '../../src/evaluate/state.ts';
import type { Rule } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { reasonWords } from '../../src/report/reason.ts';
import { stateOf } from './packet-of.ts';

function ruleOf(text: string): Rule {
  const options = { source: 'rule', family: 'ipv4', backend: 'iptables-legacy' } as const;
  const { tables } = parseIptables(`*nat\n:T - [0:0]\n-A OUTPUT ${text}\nCOMMIT\n`, options);
  const rule = tables[0]?.chains.find(({ name }) => name === 'OUTPUT')?.rules[0];
  if (rule === undefined) throw new Error(`no rule in ${text}`);
  return rule;
}

describe('why a rule did or did not match', () => {
  it.each<[string, string, Partial<State>, string]>([
    [
      'the condition that fails',
      '-p tcp -m tcp --dport 15008 -j RETURN',
      {},
      'destination port is 80, rule wants 15008',
    ],
    ['what is inverted', '! -o eth0 -j RETURN', {}, 'out-interface is eth0, rule wants not eth0'],
    ['the owner', '-m owner --uid-owner 1337 -j RETURN', {}, 'uid is 1000, rule wants 1337'],
    ['no owner', '-m owner --uid-owner 1337 -j RETURN', { owner: null }, 'the packet belongs to no socket'],
    ['a mark', '-m mark --mark 0x539/0xfff -j RETURN', { mark: 1 }, 'mark is 0x1, rule wants 0x539/0xfff'],
    ['nothing to decide', '-j RETURN', {}, 'no conditions'],
  ])('names %s', (_, text, fields, why) => {
    expect(reasonWords(reasonOf(ruleOf(text), stateOf({}, fields), 'xt'))).toBe(why);
  });

  it('says what holds, all of it', () => {
    const rule = ruleOf('-d 203.0.113.0/24 -p tcp -m tcp --dport 80 -j RETURN');
    const why = reasonWords(reasonOf(rule, stateOf(), 'xt'));
    expect(why).toContain('destination is 203.0.113.7, rule wants 203.0.113.0/24');
    expect(why).toContain('destination port is 80, rule wants 80');
  });

  it('says what nobody can decide', () => {
    const rule = ruleOf('-m set --match-set some dst -j RETURN');
    expect(reasonWords(reasonOf(rule, stateOf(), 'xt'))).toContain('nothing known of the packet decides');
  });
});

describe('what a rule does', () => {
  it.each([
    ['-p tcp -j REDIRECT --to-ports 15001', 'redirect 15001'],
    ['-j T', 'jump T'],
    ['-g T', 'goto T'],
    ['-j MARK --set-xmark 0x539/0xfff', 'set mark 0x539/0xfff'],
    ['-p tcp -j DNAT --to-destination 10.0.0.1:80', 'dnat 10.0.0.1:80'],
    ['-p tcp', 'continue'],
  ])('%s', (text, action) => {
    expect(describeAction(ruleOf(text))).toBe(action);
  });
});

import { expect, it } from 'vitest';
import { letsGo, type Traits, traitsOf } from '../../../src/diagnose/traffic/traits.ts';
import type { Rule } from '../../../src/model/ruleset.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';

const NONE: Traits = {
  ...{ owner: false, notOwner: false, ownerMatches: 0, destinationPort: false },
  ...{ destination: false, source: false, interface: false, mark: false },
};

function ruleOf(words: string): Rule {
  const { tables } = parseIptables(`*mangle\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT ${words}\nCOMMIT\n`, { source: 'x' });
  const rule = tables[0]?.chains[0]?.rules[0];
  if (!rule) throw new Error(`no rule: ${words}`);
  return rule;
}

it.each<[string, Partial<Traits>]>([
  ['-j RETURN', {}],
  ['-p tcp -j RETURN', {}],
  ['-d 10.0.0.0/8 -j RETURN', { destination: true }],
  ['! -d 10.0.0.0/8 -j RETURN', {}],
  ['-s 10.0.0.0/8 -j RETURN', { source: true }],
  ['! -s 10.0.0.0/8 -j RETURN', {}],
  ['-s 10.0.0.0/8 -d 10.0.0.0/8 -o eth0 -j RETURN', { source: true, destination: true, interface: true }],
  ['-o lo -j RETURN', {}],
  ['-i net1 -j RETURN', { interface: true }],
  ['-i lo -p tcp -m tcp --dport 80 -j RETURN', { destinationPort: true }],
  ['-p tcp -m tcp ! --dport 80 -j RETURN', {}],
  ['-p tcp -m tcp --sport 80 -j RETURN', {}],
  ['-p tcp -m multiport --dports 80,81 -j RETURN', { destinationPort: true }],
  ['-p tcp -m multiport --ports 80,81 -j RETURN', { destinationPort: true }],
  ['-p tcp -m multiport --sports 80,81 -j RETURN', {}],
  ['-p tcp -m multiport ! --dports 80,81 -j RETURN', {}],
  ['-m owner --uid-owner 1337 -j RETURN', { owner: true, ownerMatches: 1 }],
  ['-m owner ! --gid-owner 1337 -j RETURN', { notOwner: true, ownerMatches: 1 }],
  ['-m owner ! --uid-owner 0 --gid-owner 5 -j RETURN', { owner: true, notOwner: true, ownerMatches: 1 }],
  ['-m owner ! --gid-owner 1 -m owner ! --gid-owner 2 -j RETURN', { notOwner: true, ownerMatches: 2 }],
  ['-p tcp -m mark --mark 0x539 -j RETURN', { mark: true }],
  ['-p tcp -m connmark --mark 0x539 -j RETURN', { mark: true }],
])('%s', (words, traits) => expect(traitsOf(ruleOf(words))).toEqual({ ...NONE, ...traits }));

it.each([
  ['-j RETURN', true],
  ['-j ACCEPT', true],
  ['-j DROP', false],
  ['-j MARK --set-xmark 0x1/0x1', false],
])('%s lets the packet go: %s', (words, goes) => expect(letsGo(ruleOf(words))).toBe(goes));

import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../src/model/ruleset.ts';
import { nftDeleteRule, nftRuleWords } from '../../../src/print/nft/commands.ts';

const base = { type: 'filter', hook: 'OUTPUT', priority: -5, policy: 'drop' } as const;
const place = (table: string, chain: string) =>
  ({ table: { family: 'inet', name: table }, chain: { name: chain, base } }) as const;
const rule = (matches: Rule['matches'], targets: Rule['targets'] = [{ kind: 'accept' }]) => ({ matches, targets });

describe('commands for nft', () => {
  it('are in its own words where the names are names to it', () => {
    expect(nftDeleteRule(place('istio-proxy-nat', 'istio-output'), 7)).toEqual([
      'nft',
      'delete rule inet istio-proxy-nat istio-output handle 7',
    ]);
  });

  it.each([
    'a b',
    '$(x)',
    'c\nd',
    "s'q",
    'q"',
    'back\\slash',
    'ünï',
    '\u{1F600}',
    '-dash',
    '9',
    'accept',
    'x;y',
    'a#b',
  ])('are JSON of printable ASCII that a shell needs no escapes for where a name is %j', (name) => {
    const [program, option, json = ''] = nftDeleteRule(place('t', name), 7) ?? [];
    expect([program, option]).toEqual(['nft', '-j']);
    expect(json).toMatch(/^[\x20-\x26\x28-\x7e]+$/);
    expect(JSON.stringify(JSON.parse(json))).toContain(JSON.stringify(name));
  });

  it('are none where the bytes of a name are not known', () => {
    expect(nftDeleteRule(place('t', 'a\ufffd'), 7)).toBeNull();
    expect(nftDeleteRule(place('t\ud800', 'a'), 7)).toBeNull();
  });
});

describe('a rule in words', () => {
  it('is what nft reads', () => {
    const tcp = { kind: 'tcp', destinationPort: { negated: false, value: [{ from: 80, to: 80 }] } } as const;
    expect(nftRuleWords({ ...rule([tcp]), counters: { packets: 1, bytes: 2 } })).toBe('tcp dport 80 counter accept');
    expect(nftRuleWords(rule([{ kind: 'out-interface', negated: false, name: 'a b;$(x)' }]))).toBe(
      'oifname "a b;$(x)" accept',
    );
  });

  it.each(['a"b', 'a\\', 'a*'])('is none where an interface is called %j', (name) => {
    expect(nftRuleWords(rule([{ kind: 'out-interface', negated: false, name }]))).toBeNull();
  });

  it('is none where parts are not known', () => {
    expect(nftRuleWords(rule([{ kind: 'unknown', raw: 'tcp dport 80' }]))).toBeNull();
    expect(nftRuleWords(rule([{ kind: 'opaque', module: 'limit', args: [] }]))).toBeNull();
    expect(nftRuleWords(rule([{ kind: 'comment', text: 'x' }]))).toBeNull();
    expect(nftRuleWords(rule([], [{ kind: 'unknown', raw: 'queue' }]))).toBeNull();
    expect(nftRuleWords(rule([], [{ kind: 'jump', chain: 'accept' }]))).toBeNull();
  });
});

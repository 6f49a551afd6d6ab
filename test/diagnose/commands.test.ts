import { describe, expect, it } from 'vitest';
import { mendingCommands } from '../../src/diagnose/commands.ts';
import { rulesOf } from '../../src/diagnose/context.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import type { RuleReference, Ruleset } from '../../src/model/ruleset.ts';
import { expectedRuleset } from '../../src/pipeline/layout.ts';
import { podWith, saved } from './pod-of.ts';

const EXPECTED = expectedRuleset(defaultConfig('1.28.10'));
const NATIVE = expectedRuleset({ ...defaultConfig('1.28.10'), backend: 'nftables' });
const UID = '-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN';
const GID = '-A ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN';

function rule(ruleset: Ruleset, text: string): RuleReference {
  const found = rulesOf(ruleset).find((where) => where.rule.text === text);
  if (!found) throw new Error(`there is no ${text}`);
  return found;
}

const liveWith = (edit: (lines: string[]) => string[]) => podWith(saved({}, edit)).ruleset;
const without = (...gone: string[]) => liveWith((lines) => lines.filter((line) => !gone.includes(line)));
const mend = (remove: RuleReference[], restore: RuleReference[], live: Ruleset) =>
  mendingCommands({ remove, restore, family: 'ipv4' }, live).map((line) => line.replace('In the pod: ', ''));

describe('commands that mend', () => {
  it('put rules back behind the ones that Istio writes before them', () => {
    const restore = [rule(EXPECTED, GID), rule(EXPECTED, UID)];
    expect(mend([], restore, without(UID, GID))).toEqual([
      'iptables -t nat -I ISTIO_OUTPUT 4 -m owner --uid-owner 1337 -j RETURN',
      'iptables -t nat -I ISTIO_OUTPUT 7 -m owner --gid-owner 1337 -j RETURN',
    ]);
  });

  it('count a rule of others that stands in between', () => {
    const other = '-A ISTIO_OUTPUT -d 10.0.0.1/32 -j RETURN';
    const live = liveWith((lines) =>
      lines.flatMap((line) => (line === UID ? [] : line.includes('-s 127.0.0.6') ? [other, line] : [line])),
    );
    expect(mend([], [rule(EXPECTED, UID)], live)).toEqual([
      'iptables -t nat -I ISTIO_OUTPUT 5 -m owner --uid-owner 1337 -j RETURN',
    ]);
  });

  it('delete before they insert, by what the rules say', () => {
    const wrong = [1, 2].map((n) => `-A ISTIO_OUTPUT -d 10.0.0.${n}/32 -j RETURN`);
    const live = liveWith((lines) => lines.flatMap((line) => (line === UID ? wrong : [line])));
    const remove = wrong.map((text) => rule(live, text));
    expect(mend(remove, [rule(EXPECTED, UID)], live)).toEqual([
      'iptables -t nat -D ISTIO_OUTPUT -d 10.0.0.2/32 -j RETURN',
      'iptables -t nat -D ISTIO_OUTPUT -d 10.0.0.1/32 -j RETURN',
      'iptables -t nat -I ISTIO_OUTPUT 4 -m owner --uid-owner 1337 -j RETURN',
    ]);
  });

  it('are none where the chain is gone as well', () => {
    const live = liveWith((lines) => lines.filter((line) => !line.includes('ISTIO_OUTPUT')));
    expect(mend([], [rule(EXPECTED, UID)], live)).toEqual([]);
    expect(mend([], [rule(EXPECTED, '-A OUTPUT -j ISTIO_OUTPUT')], live)).toEqual([]);
  });

  it('speak nft to native tables', () => {
    const [first] = rulesOf(NATIVE).filter(({ chain }) => chain.name === 'istio-inbound');
    if (!first) throw new Error('there is no istio-inbound');
    const [command] = mend([], [first], NATIVE);
    expect(command).toBe('nft insert rule inet istio-proxy-nat istio-inbound index 0 tcp dport 15008 counter return');
    expect(mend([first], [], NATIVE)[0]).toContain('nft -a list chain inet istio-proxy-nat istio-inbound');
  });
});

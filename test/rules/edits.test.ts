import { describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../src/expect/layout.ts';
import { defaultConfig } from '../../src/layout/index.ts';
import { type Rule, type RuleReference, type Ruleset, rulesOf } from '../../src/model/ruleset.ts';
import { CommandWriter } from '../../src/rules/command-writer.ts';
import { deletion, mendingEdits, orderEdits } from '../../src/rules/edits.ts';
import { podWith, saved, withChain } from '../diagnose/pod-of.ts';

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
const inPlaceOfUid = (...rules: string[]) =>
  liveWith((lines) => lines.flatMap((line) => (line === UID ? rules : [line])));
const mend = (remove: RuleReference[], restore: RuleReference[], live: Ruleset) =>
  new CommandWriter(true)
    .write(mendingEdits({ remove, restore }, live))
    .lines.map((line) => line.replace('In the pod: ', ''));

/** The rules of the native layout, with the handles that JSON gives them. */
function withHandles(ruleset: Ruleset, reorder: (rules: readonly Rule[]) => readonly Rule[]): Ruleset {
  const chain = rulesOf(ruleset).find((where) => where.chain.name === 'istio-inbound')?.chain;
  if (!chain) throw new Error('there is no istio-inbound');
  const numbered = chain.rules.map((one, at) => ({ ...one, handle: at + 10 }));
  return withChain(ruleset, chain, () => reorder(numbered));
}

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
    const live = inPlaceOfUid(...wrong);
    expect(
      mend(
        wrong.map((text) => rule(live, text)),
        [rule(EXPECTED, UID)],
        live,
      ),
    ).toEqual([
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
});

describe('a deletion', () => {
  it('keeps the comment, without which iptables does not find the rule', () => {
    const text = '-A ISTIO_OUTPUT -m comment --comment "backup agent" -j ACCEPT';
    const live = inPlaceOfUid(text);
    expect(mend([rule(live, text)], [], live)).toEqual([
      "iptables -t nat -D ISTIO_OUTPUT -m comment --comment 'backup agent' -j ACCEPT",
    ]);
  });

  it.each([
    '-m comment --comment "$(touch x)" -j ACCEPT',
    '-m comment --comment -x -j ACCEPT',
    '-o $(id) -j ACCEPT',
    '-m quota --quota 5 -j ACCEPT',
    '-m unheard-of --x -j ACCEPT',
    '-j LOG --log-prefix "a b"',
  ])('is by position, and says of which state, where iptables may not take this back: %s', (spec) => {
    const text = `-A ISTIO_OUTPUT ${spec}`;
    const live = inPlaceOfUid(text);
    expect(new CommandWriter(true).write([deletion(rule(live, text))])).toEqual({
      lines: ['In the pod: iptables -t nat -D ISTIO_OUTPUT 4'],
      notes: [expect.stringContaining('as they were read')],
    });
  });

  it('is by position where an equal rule stands before it', () => {
    const live = inPlaceOfUid(UID, UID);
    const [, second] = rulesOf(live).filter(({ rule: { text } }) => text === UID);
    expect(second && mend([second], [], live)[0]).toBe('iptables -t nat -D ISTIO_OUTPUT 5');
  });

  it('counts with those before it, also of other findings, and says so', () => {
    const odd = ['a;b', 'c;d'].map((name) => `-A ISTIO_OUTPUT -o ${name} -j ACCEPT`);
    const live = inPlaceOfUid(...odd);
    const [first, second] = odd.map((text) => deletion(rule(live, text)));
    const writer = new CommandWriter(true);
    if (!first || !second) throw new Error('two rules are needed');
    expect(writer.write([first]).lines).toEqual(['In the pod: iptables -t nat -D ISTIO_OUTPUT 4']);
    expect(writer.write([second])).toEqual({
      lines: ['In the pod: iptables -t nat -D ISTIO_OUTPUT 4'],
      notes: ['after the commands above', expect.stringContaining('as they were read')],
    });
    expect(writer.write([first])).toEqual({ lines: [], notes: [expect.stringContaining('do the rest')] });
  });

  it('has no command where a name cannot be printed', () => {
    const live = inPlaceOfUid('-A ISTIO_OUTPUT -j ACCEPT');
    const where = rule(live, '-A ISTIO_OUTPUT -j ACCEPT');
    const hostile = { ...where, rule: { ...where.rule, text: '' }, chain: { ...where.chain, name: 'a\u001b[2J' } };
    expect(new CommandWriter(true).write([deletion(hostile)]).lines.join()).not.toContain('In the pod');
  });

  it('does not count in a chain of which a part could not be read', () => {
    const text = '-A ISTIO_OUTPUT -o a;b -j ACCEPT';
    const live = inPlaceOfUid(text);
    const edits = mendingEdits({ remove: [rule(live, text)], restore: [rule(EXPECTED, UID)] }, live);
    expect(new CommandWriter(false).write(edits).lines).toEqual([expect.stringContaining('no position is certain')]);
  });
});

describe('commands for native tables', () => {
  const inbound = (ruleset: Ruleset) => rulesOf(ruleset).filter(({ chain }) => chain.name === 'istio-inbound');

  it('are one word for the shell', () => {
    const [first] = inbound(NATIVE);
    if (!first) throw new Error('there is no istio-inbound');
    expect(mend([], [first], NATIVE)).toEqual([
      "nft 'insert rule inet istio-proxy-nat istio-inbound index 0 tcp dport 15008 counter return'",
    ]);
  });

  it('delete by handle, or say how to look it up', () => {
    const [first] = inbound(NATIVE);
    const [numbered] = inbound(withHandles(NATIVE, (rules) => rules));
    if (!first || !numbered) throw new Error('there is no istio-inbound');
    expect(mend([numbered], [], NATIVE)[0]).toBe("nft 'delete rule inet istio-proxy-nat istio-inbound handle 10'");
    expect(mend([first], [], NATIVE)[0]).toBe(
      'By hand: `nft delete rule inet istio-proxy-nat istio-inbound handle N`, N being that of rule 1 in `nft -a list chain inet istio-proxy-nat istio-inbound`',
    );
  });

  it('move single rules where handles are known, and write the chain anew where not', () => {
    const swap = ([a, b, ...rest]: readonly Rule[]) => (a && b ? [b, a, ...rest] : rest);
    const live = withHandles(NATIVE, swap);
    const { lines, notes } = new CommandWriter(true).write(orderEdits(inbound(NATIVE), live));
    const [one, two, ...more] = lines;
    expect(one).toMatch(/delete rule inet istio-proxy-nat istio-inbound handle 1[01]'$/);
    expect(two).toMatch(/insert rule inet istio-proxy-nat istio-inbound index [01] /);
    expect(more).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('as they were read')]);
    const unnumbered = withChain(NATIVE, inbound(NATIVE)[0]?.chain ?? { name: '', rules: [] }, swap);
    const [only, ...rest] = new CommandWriter(true).write(orderEdits(inbound(NATIVE), unnumbered)).lines;
    expect(only).toMatch(/^In the pod: nft 'flush chain inet istio-proxy-nat istio-inbound; add rule /);
    expect(rest).toEqual([]);
  });
});

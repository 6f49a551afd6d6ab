import { describe, expect, it } from 'vitest';
import { type Cause, causeOf } from '../../../src/diagnose/traffic/cause.ts';
import type { Packet } from '../../../src/model/packet.ts';
import { contextOf, podWith, saved } from '../pod-of.ts';

/** The causes for packets of a hook, after an edit of the lines of the default layout. */
function causes(hook: Packet['hook'], edit: (lines: string[]) => string[]): Cause[] {
  const context = contextOf(podWith(saved({}, edit)));
  const sides = { live: context.pod.ruleset, expected: context.expected, layout: context.layout };
  return context.different.filter((different) => different.hook === hook).map((different) => causeOf(different, sides));
}

const aheadOf =
  (rule: string, ...added: string[]) =>
  (lines: string[]) =>
    lines.flatMap((line) => (line === rule ? [...added, line] : [line]));
const without = (rule: string) => (lines: string[]) => lines.filter((line) => line !== rule);

const JUMP_IN = '-A PREROUTING -p tcp -j ISTIO_INBOUND';
const JUMP_OUT = '-A OUTPUT -j ISTIO_OUTPUT';
const guilty = ({ intruder, missing }: Cause) => ({ intruder: intruder?.rule.text, missing: missing?.rule.text });

describe('the intruder', () => {
  it('is the rule that decides, not the jump that led to it', () => {
    const edit = aheadOf(JUMP_OUT, '-A OUTPUT -j VPN', '-A VPN -d 192.168.0.0/16 -j ACCEPT');
    const found = causes('OUTPUT', (lines) => edit(aheadOf(':ISTIO_INBOUND - [0:0]', ':VPN - [0:0]')(lines)));
    expect(found.map(guilty)).toEqual(
      found.map(() => ({ intruder: '-A VPN -d 192.168.0.0/16 -j ACCEPT', missing: undefined })),
    );
    expect(found).not.toEqual([]);
  });

  it('is a rule of its own when two would each be enough', () => {
    const [cause] = causes('PREROUTING', aheadOf(JUMP_IN, '-A PREROUTING -j ACCEPT', '-A PREROUTING -p tcp -j ACCEPT'));
    expect(cause && guilty(cause)).toEqual({ intruder: '-A PREROUTING -j ACCEPT', missing: undefined });
  });

  it('is nobody who only returned before a rule that is missing', () => {
    const edit = aheadOf(':ISTIO_INBOUND - [0:0]', ':CNI - [0:0]');
    const lines = (all: string[]) => without(JUMP_IN)([...edit(all)]).flatMap((line) => replaceJump(line));
    const [cause] = causes('PREROUTING', lines);
    expect(cause && guilty(cause)).toEqual({ intruder: undefined, missing: JUMP_IN });
  });

  it('is nobody who only marks', () => {
    const table = ['*mangle', ':PREROUTING ACCEPT [0:0]', '-A PREROUTING -j CONNMARK --set-xmark 0x80/0x80', 'COMMIT'];
    const [cause] = causes('PREROUTING', (lines) => [...table, ...without(JUMP_IN)(lines)]);
    expect(cause && guilty(cause)).toEqual({ intruder: undefined, missing: JUMP_IN });
  });

  it('stands next to the rule it was put in place of', () => {
    const wrong = '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15002';
    const right = '-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001';
    const [cause] = causes('OUTPUT', (lines) => lines.map((line) => (line === right ? wrong : line)));
    expect(cause && guilty(cause)).toEqual({ intruder: wrong, missing: right });
  });
});

/** Another agent's chain that returns everything, where Istio's jump was. */
function replaceJump(line: string): string[] {
  return line === JUMP_OUT ? ['-A PREROUTING -j CNI', line, '-A CNI -p tcp -j RETURN'] : [line];
}

describe('the missing rule', () => {
  it('is the first on the way of those that are gone', () => {
    const gone = [JUMP_IN, '-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT'];
    const [cause] = causes('PREROUTING', (lines) => lines.filter((line) => !gone.includes(line)));
    expect(cause && guilty(cause)).toEqual({ intruder: undefined, missing: JUMP_IN });
    expect(cause?.lacking.map(({ rule }) => rule.text)).toEqual(gone);
  });
});

describe('the order', () => {
  it('names the rule that comes too early and the one that comes too late', () => {
    const last = '-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT';
    const first = '-A ISTIO_INBOUND -p tcp -m tcp --dport 15008 -j RETURN';
    const found = causes('PREROUTING', (lines) => aheadOf(first, last)(without(last)(lines)));
    expect(found.map(({ order }) => order?.early?.rule.text)).toEqual(found.map(() => last));
    expect(found.map(({ order }) => order?.late?.rule.text)).toContain(first);
  });

  it('is nobody’s concern where a rule is missing', () => {
    expect(causes('PREROUTING', without(JUMP_IN)).map(({ order }) => order)).toEqual([null]);
  });
});

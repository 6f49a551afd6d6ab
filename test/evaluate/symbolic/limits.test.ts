import { describe, expect, it } from 'vitest';
import { classesOf } from '../../../src/evaluate/classes.ts';
import { compareRulesets } from '../../../src/evaluate/compare.ts';
import { evaluatePacket, Hooks } from '../../../src/evaluate/packet.ts';
import { withinTime } from '../../../src/evaluate/symbolic/time.ts';
import { unreachedRules } from '../../../src/evaluate/unreached.ts';
import type { Ruleset } from '../../../src/model/ruleset.ts';
import { parseIptables } from '../../../src/parse/iptables/index.ts';
import { badRules } from '../bad-rules.ts';

const OUTPUT = { hook: 'OUTPUT', family: 'ipv4' } as const;
const TOO_LONG = 'the rules take longer than 9 seconds to follow';

function rulesetOf(text: string): Ruleset {
  return { tables: parseIptables(text, { source: 'bad', family: 'ipv4', backend: 'iptables-legacy' }).tables };
}

function bad(name: string, scale: number): { live: Ruleset; expected: Ruleset } {
  const found = badRules(scale).find((one) => one.name === name);
  if (!found) throw new Error(`there are no bad rules ${name}`);
  return { live: rulesetOf(found.text), expected: rulesetOf(found.other) };
}

/** A clock that stands still, and at the given look is at `seconds`. */
function clock(looks: number, seconds: number): () => number {
  let looked = -1;
  return () => {
    looked += 1;
    return looked > looks ? seconds * 1000 : 0;
  };
}

const LOOKS = [0, 3, 6, 12, 24];

describe('an answer that takes too long', () => {
  const { live, expected } = bad('products', 0.1);
  const compared = (looks: number, seconds: number) =>
    withinTime(() => compareRulesets(live, expected, { ...OUTPUT, classes: 'outcomes' }), clock(looks, seconds));

  it('is given up with the reason, where nothing is known yet', () => {
    const { different, open } = compared(0, 10);
    expect(different).toEqual([]);
    expect(open.map(({ because }) => because)).toEqual([TOO_LONG]);
  });

  it('keeps the differences that were found until then', () => {
    const told = LOOKS.map((looks) => compared(looks, 13));
    const some = told.filter(({ different, open }) => different.length > 0 && open[0]?.because === TOO_LONG);
    expect(some.length).toBeGreaterThan(0);
  });

  it('is no longer waited for, once what is known is being told', () => {
    expect(LOOKS.some((looks) => compared(looks, 10).different.length > compared(looks, 13).different.length)).toBe(
      true,
    );
  });

  it('counts from the outermost question', () => {
    const now = clock(0, 10);
    const { open } = withinTime(
      () =>
        withinTime(
          () => compareRulesets(live, expected, OUTPUT),
          () => 0,
        ),
      now,
    );
    expect(open.map(({ because }) => because)).toEqual([TOO_LONG]);
  });

  it('does not keep the next one from being worked out', () => {
    compared(0, 10);
    expect(compareRulesets(live, expected, { ...OUTPUT, classes: 'outcomes' }).different.length).toBeGreaterThan(0);
  });

  it('leaves small questions that come after it answered', () => {
    const [one, other] = ['8080', '9090'].map((port) =>
      rulesetOf(`*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -p tcp --dport ${port} -j REDIRECT --to-ports 15001\nCOMMIT\n`),
    ) as [Ruleset, Ruleset];
    const { different, open } = withinTime(() => compareRulesets(one, other, OUTPUT), clock(0, 100));
    expect(different.length).toBe(2);
    expect(open).toEqual([]);
  });

  it('gives fates up, or those that are left', () => {
    const scope = { ...OUTPUT, state: 'NEW', proxy: { uids: [1337], gids: [1337] }, localAddresses: [] } as const;
    const told = LOOKS.map((looks) => withinTime(() => classesOf(live, scope), clock(looks, 13)));
    const reasons = told.flatMap(({ open }) => open.map(({ because }) => because));
    expect(reasons[0]).toBe(TOO_LONG);
    expect(told.every(({ classes, open }) => classes.length + open.length > 0)).toBe(true);
  });

  it('gives rules up that are not met, and says so', () => {
    const repeated = rulesetOf(
      (badRules(0.1).find(({ name }) => name === 'products')?.text ?? '').replace(/((?:-A .*\n)+)/, '$1$1'),
    );
    const told = LOOKS.map((looks) => withinTime(() => unreachedRules(repeated), clock(looks, 13)));
    expect(told[0]?.unfollowed.map(({ because }) => because)).toContain(TOO_LONG);
    expect(told.some(({ unreached, unfollowed }) => unreached.length > 0 && unfollowed.length > 0)).toBe(true);
  });
});

describe('a packet that would keep us busy', () => {
  const packet = {
    ...OUTPUT,
    protocol: 'udp',
    source: '10.0.0.5',
    destination: '203.0.113.10',
    sourcePort: 1,
    destinationPort: 1,
  } as const;
  const verdict = (text: string) => evaluatePacket(new Hooks(rulesetOf(text)), packet, { steps: true });

  it('is given up among chains that call each other again and again', () => {
    const ladder = badRules(0.02).find(({ name }) => name === 'ladder')?.text ?? '';
    const { verdict: end, steps } = verdict(ladder);
    expect(end).toMatchObject({
      kind: 'undetermined',
      because: expect.stringMatching(/^a packet would meet far more/),
    });
    expect(steps.length).toBeLessThan(30_000);
  });

  it('is given up among thousands of conditions that nobody knows', () => {
    const rules = Array.from({ length: 10_000 }, (_, i) => `-A OUTPUT -m recent --name l${i} --rcheck -j ACCEPT`);
    const { verdict: end } = verdict(['*nat', ':OUTPUT ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n'));
    expect(end).toMatchObject({ kind: 'undetermined', because: expect.stringMatching(/^more than \d+ combinations/) });
  });
});

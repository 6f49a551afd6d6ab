import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxesOf } from '../../src/evaluate/symbolic/boxes.ts';
import { describeClass } from '../../src/evaluate/symbolic/classes.ts';
import { Conditions } from '../../src/evaluate/symbolic/conditions.ts';
import { Diagrams, FALSE, type Node } from '../../src/evaluate/symbolic/diagram.ts';
import { domainOf } from '../../src/evaluate/symbolic/domain.ts';
import { possiblePackets } from '../../src/evaluate/symbolic/possible.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';

const CONDITIONS = [
  ...['-p tcp -m tcp --dport 3306', '-d 10.0.0.0/8', '-p udp', '-p tcp -m tcp ! --dport 80', '-s 127.0.0.6/32'],
  ...['-o lo', '-m owner --uid-owner 1337', '-m owner --gid-owner 1337', '-p tcp -m multiport --dports 80,443'],
  ...['-m mark --mark 0x539/0xfff', '-m conntrack --ctstate ESTABLISHED', '-m owner ! --uid-owner 1000 -p tcp'],
];

/** The packets that match one of the conditions and none of the others, with what it takes to look at them. */
function classOf(matching: readonly string[], excepted: readonly string[]) {
  const lines = [...matching, ...excepted].map((text) => `-A OUTPUT ${text} -j RETURN`);
  const text = ['*nat', ':OUTPUT ACCEPT [0:0]', ...lines, 'COMMIT', ''].join('\n');
  const ruleset: Ruleset = parseIptables(text, { source: 'test', family: 'ipv4', backend: 'iptables-legacy' });
  const diagrams = new Diagrams();
  const conditions = new Conditions(diagrams, domainOf([ruleset], 'OUTPUT', 'ipv4'));
  const environment = { hook: 'OUTPUT', conntrack: 'attached', rewritten: false } as const;
  const rules = ruleset.tables[0]?.chains[0]?.rules ?? [];
  const any = (from: number, to?: number): Node =>
    rules.slice(from, to).reduce((all, rule) => diagrams.or(all, conditions.rule(rule, environment, 'xt')), FALSE);
  const possible = possiblePackets(conditions);
  const some = diagrams.and(any(0, matching.length), diagrams.not(any(matching.length)));
  return { diagrams, conditions, possible, packets: diagrams.and(some, possible) };
}

describe('boxesOf', () => {
  it('covers exactly the class, and its fresh parts do not overlap', () => {
    const some = fc.subarray(CONDITIONS, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(some, fc.subarray(CONDITIONS, { maxLength: 2 }), (matching, excepted) => {
        const { diagrams, conditions, possible, packets } = classOf(matching, excepted);
        let covered: Node = FALSE;
        for (const box of boxesOf(conditions, packets, possible)) {
          expect(diagrams.and(box.packets, diagrams.not(packets))).toBe(FALSE);
          expect(box.fresh).not.toBe(FALSE);
          expect(diagrams.and(box.fresh, diagrams.not(box.packets))).toBe(FALSE);
          expect(diagrams.and(box.fresh, covered)).toBe(FALSE);
          covered = diagrams.or(covered, box.packets);
        }
        expect(covered).toBe(packets);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, string[], string[], Record<string, string>[]]>([
    [
      'two conditions overlap',
      ['-p tcp -m tcp --dport 3306', '-d 10.0.0.0/8'],
      [],
      [{ protocol: 'tcp', destinationPort: '3306' }, { destination: '10.0.0.0-10.255.255.255' }],
    ],
    ['one is inside the other', ['-p tcp -m tcp --dport 3306', '-p tcp'], [], [{ protocol: 'tcp' }]],
    [
      'a list of ports',
      ['-p tcp -m multiport --dports 80,443', '-p tcp -m tcp --dport 3306'],
      [],
      [{ protocol: 'tcp', destinationPort: '80,443,3306' }],
    ],
    [
      'an exception',
      ['-p tcp'],
      ['-p tcp -m tcp --dport 3306'],
      [{ protocol: 'tcp', destinationPort: 'all except 3306' }],
    ],
    ['a mark under a mask', ['-m mark --mark 0x539/0xfff'], [], [{ mark: '0x539/0xfff' }]],
    [
      'any mark but one',
      ['-p udp'],
      ['-m mark --mark 0x539/0xfff'],
      [{ protocol: 'udp', mark: 'all except 0x539/0xfff' }],
    ],
  ])('is as people would say it: %s', (_, matching, excepted, words) => {
    const { conditions, possible, packets } = classOf(matching, excepted);
    const boxes = boxesOf(conditions, packets, possible);
    expect(boxes.map((box) => describeClass(conditions, box.packets, possible))).toEqual(words);
  });
});

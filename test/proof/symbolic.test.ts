import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { compareRulesets } from '../../src/evaluate/compare.ts';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import { buildLayout } from '../../src/layout/index.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Packet, PacketHook } from '../../src/model/packet.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { parseNft } from '../../src/parse/nft/index.ts';
import { arbitraryRules } from '../evaluate/random/index.ts';
import { anyConfig } from '../infer/arbitrary.ts';
import { arbitraryTables } from './nft/tables.ts';
import { mutate, mutations } from './symbolic/mutate.ts';
import { packetsAround } from './symbolic/packets.ts';
import { namesFewMarks, seen, watchedBy } from './symbolic/verdicts.ts';

const RUNS = Number(process.env.ISTIO_NAT_SYMBOLIC_RUNS ?? 10);
/** The same every time in `npm test`, so that a red run means a change; the longer runs choose others. */
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
const PACKETS = 60;
const HOOKS: readonly PacketHook[] = ['PREROUTING', 'OUTPUT'];

const iptables = (family: Family): fc.Arbitrary<Ruleset> =>
  arbitraryRules(family).map((text) => {
    const options = { source: 'generated', family, backend: 'iptables-legacy' } as const;
    return { tables: parseIptables(text, options).tables };
  });
const native: fc.Arbitrary<Ruleset> = arbitraryTables.map((text) => ({
  tables: parseNft(text, { source: 'generated' }).tables,
}));
const layouts: fc.Arbitrary<Ruleset> = anyConfig.map((config) => buildLayout(config));

describe('a symbolic comparison says what evaluating packets one by one says', () => {
  const counted = { pairs: 0, differences: 0, open: 0, packets: 0 };
  afterAll(() => {
    process.stdout.write(`symbolic: ${JSON.stringify(counted)}, seed ${SEED}\n`);
  });

  const kinds = FAMILIES.flatMap((family) =>
    HOOKS.flatMap((hook) => [
      { what: 'random iptables rules', hook, family, rulesets: iptables(family).filter(namesFewMarks) },
      { what: 'random native rules', hook, family, rulesets: native.filter(namesFewMarks) },
      { what: 'layouts', hook, family, rulesets: layouts },
    ]),
  );

  it.each(kinds)('$what, $family $hook', { timeout: 3_600_000 }, ({ rulesets, hook, family }) => {
    const inputs = fc.tuple(rulesets, mutations, fc.integer());
    const property = fc.property(inputs, ([expected, changes, seed]) => {
      const live = mutate(expected, changes);
      const some = fc.sample(packetsAround([live, expected], hook, family), { numRuns: PACKETS, seed });
      compare(live, expected, hook, family, some);
    });
    fc.assert(property, { numRuns: RUNS, seed: SEED });
  });

  it.each(kinds.filter(({ hook }) => hook === 'OUTPUT'))('$what, $family: no difference to itself', (kind) => {
    const property = fc.property(kind.rulesets, (rules) => {
      const { different } = compareRulesets(rules, { tables: [...rules.tables] }, kind);
      expect(different).toEqual([]);
    });
    fc.assert(property, { numRuns: Math.ceil(RUNS / 3), seed: SEED });
  });

  function compare(live: Ruleset, expected: Ruleset, hook: PacketHook, family: Family, packets: readonly Packet[]) {
    const { different, open } = compareRulesets(live, expected, { hook, family });
    const hooks = { live: new Hooks(live), expected: new Hooks(expected) };
    const marks = watchedBy(expected, 'mark');
    const pair = (packet: Packet) => {
      const [a, b] = [hooks.live, hooks.expected].map(
        (one) => evaluatePacket(one, packet, { reach: 'arrival' }).verdict,
      );
      if (a === undefined || b === undefined) throw new Error('no verdict');
      const decided = a.kind !== 'undetermined' && b.kind !== 'undetermined';
      return { a, b, decided, same: seen(packet, a, marks) === seen(packet, b, marks) };
    };
    counted.pairs += 1;
    counted.differences += different.length;
    counted.open += open.length;
    // the connection's mark is not part of a verdict, so a difference there cannot be seen in one
    const blind = watchedBy(expected, 'connmark').length > 0;
    for (const { witness } of blind ? [] : different) {
      const { decided, same } = pair(witness);
      // an open condition may differ in both of its outcomes, and leave both verdicts open
      if (decided && same) throw new Error(`no difference for the witness ${JSON.stringify(witness)}`);
    }
    if (different.length > 0 || open.length > 0) return;
    for (const packet of packets) {
      const { a, b, decided, same } = pair(packet);
      counted.packets += 1;
      // an open condition that decides only a mark nobody looks at leaves the verdict of one packet open
      if (decided && !same)
        throw new Error(`no difference reported, but ${JSON.stringify({ packet, live: a, expected: b })}`);
    }
  }
});

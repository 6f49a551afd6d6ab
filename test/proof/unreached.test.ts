import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import { unreachedRules } from '../../src/evaluate/unreached.ts';
import { HookReach } from '../../src/evaluate/unreached-hook.ts';
import { buildLayout } from '../../src/layout/index.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Packet } from '../../src/model/packet.ts';
import { coversFamily, type Rule, type Ruleset } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { parseNft } from '../../src/parse/nft/index.ts';
import { arbitraryRules } from '../evaluate/random/index.ts';
import { anyConfig } from '../infer/arbitrary.ts';
import { arbitraryTables } from './nft/tables.ts';
import { packetsAround } from './symbolic/packets.ts';
import { namesFewMarks } from './symbolic/verdicts.ts';

const RUNS = Number(process.env.ISTIO_NAT_SYMBOLIC_RUNS ?? 12);
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
const PACKETS = 40;
const HOOKS = ['PREROUTING', 'OUTPUT'] as const;

const iptables = (family: Family): fc.Arbitrary<Ruleset> =>
  arbitraryRules(family).map((text) => {
    const options = { source: 'generated', family, backend: 'iptables-legacy' } as const;
    return { tables: parseIptables(text, options).tables };
  });
const native: fc.Arbitrary<Ruleset> = arbitraryTables.map((text) => ({
  tables: parseNft(text, { source: 'generated' }).tables,
}));
const layouts: fc.Arbitrary<Ruleset> = anyConfig.map((config) => buildLayout(config));

describe('rules that no packet is matched by', () => {
  const kinds = [
    ...FAMILIES.map((family) => ({ what: `random iptables rules, ${family}`, rulesets: iptables(family) })),
    { what: 'random native rules', rulesets: native },
    { what: 'layouts', rulesets: layouts },
  ];

  it.each(kinds)('are told from all others: $what', { timeout: 3_600_000 }, ({ rulesets }) => {
    const property = fc.property(rulesets.filter(namesFewMarks), fc.integer(), (ruleset, seed) => {
      const { unreached, unfollowed } = unreachedRules(ruleset);
      if (unfollowed.length > 0) return;
      const dead = new Set(unreached.map(({ where }) => where.rule));
      for (const family of FAMILIES) {
        for (const hook of HOOKS) {
          const some = fc.sample(packetsAround([ruleset], hook, family), { numRuns: PACKETS, seed });
          for (const packet of some) for (const rule of matchedBy(ruleset, packet)) neverDead(rule, dead, packet);
        }
        witnessesOf(ruleset, family, dead);
      }
    });
    fc.assert(property, { numRuns: RUNS, seed: SEED });
  });
});

function neverDead(rule: Rule, dead: ReadonlySet<Rule>, packet: Packet): void {
  if (dead.has(rule)) throw new Error(`never matched by a packet, said of ${rule.text}: ${JSON.stringify(packet)}`);
}

function matchedBy(ruleset: Ruleset, packet: Packet): Rule[] {
  const { steps } = evaluatePacket(new Hooks(ruleset), packet, { reach: 'arrival', steps: true });
  return steps.flatMap(({ where, outcome }) => (outcome === 'match' ? [where.rule] : []));
}

/** Every rule that is said to be matched is shown by a packet; conditions that nobody knows let no packet show it. */
function witnessesOf(ruleset: Ruleset, family: Family, dead: ReadonlySet<Rule>): void {
  const hooks = new Hooks(ruleset);
  const reaches = HOOKS.map((hook) => new HookReach(ruleset, hooks, family, hook));
  for (const table of ruleset.tables.filter((one) => coversFamily(one, family))) {
    for (const rule of table.chains.flatMap((chain) => chain.rules)) {
      const meeting = reaches.filter((reach) => reach.isMet(rule));
      if (dead.has(rule)) expect(meeting).toEqual([]);
      for (const reach of meeting) {
        const { packet, sure } = reach.witnessOf(rule);
        const { steps, verdict } = evaluatePacket(hooks, packet, { reach: 'arrival', steps: true });
        const shown = steps.some(({ where, outcome }) => where.rule === rule && outcome === 'match');
        // A target that is not known may end a packet's way, or not.
        if (!shown && sure && verdict.kind !== 'undetermined')
          throw new Error(`${rule.text} is not matched by its witness ${JSON.stringify(packet)}`);
      }
    }
  }
}

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Packet } from '../../src/model/packet.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { createPod, disagreement, type KernelPod, kernelTests, VARIANTS, type Variant } from '../kernel/index.ts';
import { isComparable } from './comparable.ts';
import { arbitraryPacket, arbitraryRules } from './random/index.ts';
import { shorten } from './shorten.ts';

/** Rulesets for each variant and family, and packets for each ruleset; docs/testing.md has the longer run. */
const RULESETS = Number(process.env.ISTIO_NAT_KERNEL_RULESETS ?? 25);
const PACKETS = 40;
/** The same every time in `npm test`, so that a red run means a change; the longer runs choose others. */
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);

kernelTests('the evaluator and the kernel agree on random rules and packets', () => {
  let pod: KernelPod;
  const pairs = { compared: 0, undetermined: 0, unobservable: 0 };
  beforeAll(async () => {
    pod = await createPod({ interfaces: ['net1'] });
  });
  afterAll(async () => {
    await pod?.remove();
    process.stdout.write(`kernel: ${JSON.stringify(pairs)}, seed ${SEED}\n`);
  });

  const cases = VARIANTS.flatMap((variant) => FAMILIES.map((family) => [variant, family] as const));
  it.each(cases)('%s %s', { timeout: 3_600_000 }, async (variant, family) => {
    await pod.flush();
    const packets = fc.array(arbitraryPacket(family), { minLength: 1, maxLength: PACKETS, size: 'max' });
    const property = fc.asyncProperty(arbitraryRules(family), packets, async (rules, some) => {
      return (await disagreements(variant, family, rules, some)).length === 0;
    });
    const { counterexample } = await fc.check(property, { numRuns: RULESETS, seed: SEED, endOnFailure: true });
    if (counterexample !== null) await explain(variant, family, ...counterexample);
  });

  /** Fails with the first packet that is treated otherwise than computed, and as few rules as that takes. */
  async function explain(variant: Variant, family: Family, rules: string, packets: readonly Packet[]) {
    const packet = (await disagreements(variant, family, rules, packets))[0]?.packet;
    const wrong = (text: string) => disagreements(variant, family, text, packet ? [packet] : []);
    const short = await shorten(rules, isRule, async (text) => (await wrong(text)).length > 0);
    throw new Error(`${(await wrong(short))[0]?.why} ${JSON.stringify(packet)}\n${withoutEmptyChains(short)}`);
  }

  async function disagreements(variant: Variant, family: Family, rules: string, packets: readonly Packet[]) {
    await pod.restore(variant, family, rules);
    const options = { source: 'generated', family, backend: `iptables-${variant}` } as const;
    const { tables, diagnostics } = parseIptables(rules, options);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const hooks = new Hooks({ tables });
    const observed = await pod.observeAll(packets);
    return packets.flatMap((packet, i) => {
      const seen = observed[i];
      if (seen?.kind !== 'observed') {
        pairs.unobservable += 1;
        return [];
      }
      const { verdict } = evaluatePacket(hooks, packet);
      if (!isComparable(packet, verdict, rules)) {
        pairs.unobservable += 1;
        return [];
      }
      pairs[verdict.kind === 'undetermined' ? 'undetermined' : 'compared'] += 1;
      const why = disagreement(packet, verdict, seen);
      return why === null ? [] : [{ why, packet }];
    });
  }
});

const isRule = (line: string) => line.startsWith('-A ');

/** The part of a restore that does something, to be read by people. */
function withoutEmptyChains(rules: string): string {
  return rules
    .split('\n')
    .filter((line) => /^[*-]| DROP /.test(line))
    .join('\n');
}

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Packet } from '../../src/model/packet.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { createPod, disagreement, type KernelPod, kernelTests, VARIANTS, type Variant } from '../kernel/index.ts';
import { arbitraryPacket, arbitraryRules } from './arbitrary.ts';

/** Rulesets for each variant and family, and packets for each ruleset; docs/testing.md has the longer run. */
const RULESETS = Number(process.env.ISTIO_NAT_KERNEL_RULESETS ?? 12);
const PACKETS = 25;
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? Date.now());

kernelTests('the evaluator and the kernel agree on random rules and packets', () => {
  let pod: KernelPod;
  const pairs = { compared: 0, undetermined: 0, unobservable: 0 };
  beforeAll(async () => {
    pod = await createPod({ interfaces: ['net1'] });
  });
  afterAll(async () => {
    await pod?.remove();
    process.stdout.write(`kernel: ${JSON.stringify(pairs)} seed ${SEED}\n`);
  });

  const cases = VARIANTS.flatMap((variant) => FAMILIES.map((family) => [variant, family] as const));
  it.each(cases)('%s %s', { timeout: 3_600_000 }, async (variant, family) => {
    const inputs = fc.tuple(
      arbitraryRules(family),
      fc.array(arbitraryPacket(family), { minLength: PACKETS, maxLength: PACKETS }),
    );
    await fc.assert(
      fc.asyncProperty(inputs, async ([rules, packets]) => {
        expect(await disagreements(variant, family, rules, packets)).toEqual([]);
      }),
      { numRuns: RULESETS, seed: SEED, endOnFailure: false, interruptAfterTimeLimit: 3_000_000 },
    );
  });

  async function disagreements(variant: Variant, family: Family, rules: string, packets: readonly Packet[]) {
    await pod.flush();
    await pod.restore(variant, family, rules);
    const { tables, diagnostics } = parseIptables(rules, {
      source: 'generated',
      family,
      backend: `iptables-${variant}`,
    });
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
      pairs[verdict.kind === 'undetermined' ? 'undetermined' : 'compared'] += 1;
      const wrong = disagreement(packet, verdict, seen);
      return wrong === null ? [] : [{ wrong, packet }];
    });
  }
});

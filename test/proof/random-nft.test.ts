import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluatePacket, Hooks } from '../../src/evaluate/packet.ts';
import { FAMILIES } from '../../src/model/family.ts';
import type { Packet } from '../../src/model/packet.ts';
import { parseNft } from '../../src/parse/nft/index.ts';
import { isComparable } from '../evaluate/comparable.ts';
import { arbitraryPacket } from '../evaluate/random/index.ts';
import { shorten } from '../evaluate/shorten.ts';
import { createPod, disagreement, type KernelPod, kernelTests } from '../kernel/index.ts';
import { arbitraryTables } from './nft/tables.ts';

/** Rulesets, and packets of each family for each of them; docs/testing.md has the longer run. */
const RULESETS = Number(process.env.ISTIO_NAT_KERNEL_RULESETS ?? 60);
const PACKETS = 30;
/** The same every time in `npm test`, so that a red run means a change; the longer runs choose others. */
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);
const NAMES = ['first', 'second', 'third'];

kernelTests('the evaluator and the kernel agree on random native rules and packets', () => {
  let pod: KernelPod;
  const pairs = { compared: 0, undetermined: 0, unobservable: 0 };
  beforeAll(async () => {
    pod = await createPod({ interfaces: ['net1'] });
  });
  afterAll(async () => {
    await pod?.remove();
    process.stdout.write(`native: ${JSON.stringify(pairs)}, seed ${SEED}\n`);
  });

  it.each(['nft', 'nft-json'] as const)('as %s lists them', { timeout: 3_600_000 }, async (format) => {
    const packet = fc.constantFrom(...FAMILIES).chain(arbitraryPacket);
    const packets = fc.array(packet, { minLength: 1, maxLength: 2 * PACKETS, size: 'max' });
    const property = fc.asyncProperty(arbitraryTables, packets, async (rules, some) => {
      return (await disagreements(rules, some, format)).length === 0;
    });
    const options = { numRuns: RULESETS / 2, seed: SEED + format.length, endOnFailure: true };
    const { counterexample } = await fc.check(property, options);
    if (counterexample !== null) await explain(...counterexample, format);
  });

  /** Fails with the first packet that is treated otherwise than computed, and as few rules as that takes. */
  async function explain(rules: string, packets: readonly Packet[], format: Format) {
    const packet = (await disagreements(rules, packets, format))[0]?.packet;
    const wrong = (text: string) => disagreements(text, packet ? [packet] : [], format);
    const short = await shorten(rules, isRule, async (text) => (await wrong(text)).length > 0);
    throw new Error(`${(await wrong(short))[0]?.why} ${JSON.stringify(packet)}\n${short}`);
  }

  async function disagreements(rules: string, packets: readonly Packet[], format: Format) {
    await pod.nft(`${NAMES.flatMap((name) => remove(name)).join('\n')}\n${rules}`);
    const hooks = new Hooks({ tables: await listed(format) });
    const observed = await pod.observeAll(packets);
    return packets.flatMap((packet, i) => {
      const seen = observed[i];
      const { verdict } = evaluatePacket(hooks, packet);
      if (seen?.kind !== 'observed' || !isComparable(packet, verdict, rules)) {
        pairs.unobservable += 1;
        return [];
      }
      pairs[verdict.kind === 'undetermined' ? 'undetermined' : 'compared'] += 1;
      const why = disagreement(packet, verdict, seen);
      return why === null ? [] : [{ why, packet }];
    });
  }

  /** The tables as a user would give them to us, without the taps. */
  async function listed(format: Format) {
    const { stdout } = await pod.exec(['nft', ...(format === 'nft' ? [] : ['-j']), 'list', 'ruleset']);
    const { tables, diagnostics } = parseNft(stdout, { source: 'nft' });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    return tables.filter(({ name }) => NAMES.includes(name));
  }
});

const isRule = (line: string) => /^ {4}(?!type )/.test(line);

type Format = 'nft' | 'nft-json';

/** Deletes a table whether or not it is there. */
function remove(name: string): string[] {
  const family = name === 'third' ? 'ip' : 'inet';
  return [`add table ${family} ${name}`, `delete table ${family} ${name}`];
}

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAMILIES, type Family } from '../../src/model/family.ts';
import type { Table } from '../../src/model/ruleset.ts';
import { parseIptables } from '../../src/parse/iptables/index.ts';
import { parseNft } from '../../src/parse/nft/index.ts';
import { agrees } from '../../src/rules/agreement.ts';
import { arbitraryRules } from '../evaluate/random/index.ts';
import { createPod, type KernelPod, kernelTests } from '../kernel/index.ts';

/** Rulesets for each family; docs/testing.md has the longer run. */
const RULESETS = Number(process.env.ISTIO_NAT_KERNEL_RULESETS ?? 15);
const SEED = Number(process.env.ISTIO_NAT_KERNEL_SEED ?? 20260701);

kernelTests("what iptables-nft wrote agrees with its own print, or is all in nft's", () => {
  let pod: KernelPod;
  let rules = 0;
  beforeAll(async () => {
    pod = await createPod();
  });
  afterAll(async () => {
    await pod?.remove();
    process.stdout.write(`agreement: ${rules} rules, seed ${SEED}\n`);
  });

  it.each(FAMILIES)('random rules, %s', { timeout: 3_600_000 }, async (family) => {
    await pod.flush();
    const property = fc.asyncProperty(arbitraryRules(family), async (text) => {
      await pod.restore('nft', family, text);
      expect(await strangers(family)).toEqual([]);
    });
    await fc.assert(property, { numRuns: RULESETS, seed: SEED, endOnFailure: true });
  });

  /** Rules of the kernel that the tool's print of them does not agree with. */
  async function strangers(family: Family): Promise<unknown[]> {
    const { stdout: json } = await pod.exec(['nft', '-j', 'list', 'ruleset']);
    const save = parseIptables(await pod.readBack('nft', family), { source: 'save', family, backend: 'iptables-nft' });
    const held = parseNft(json, { source: 'nft' }).tables.filter((table) => table.family === family);
    return held.flatMap((table) => inTable(table, save.tables));
  }

  function inTable(held: Table, saved: readonly Table[]): unknown[] {
    const twin = saved.find(({ name }) => name === held.name);
    return held.chains.flatMap(({ name, rules: own }) => {
      const printed = twin?.chains.find((chain) => chain.name === name)?.rules ?? [];
      expect([name, printed.length]).toEqual([name, own.length]);
      rules += own.length;
      return own.flatMap((rule, position) => {
        const other = printed[position];
        return other !== undefined && agrees(rule, other) ? [] : [[rule.text, other?.text]];
      });
    });
  }
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../src/expect/layout.ts';
import type { Config } from '../../src/model/config.ts';
import { FAMILIES } from '../../src/model/family.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { formatConfig } from '../../src/parse/config/index.ts';
import { printNft } from '../../src/print/nft/index.ts';
import { check } from '../asked.ts';
import { anyConfig } from '../infer/arbitrary.ts';
import { haveKernel, type Kernel, openKernel } from '../layout/kernel.ts';
import { savedTexts } from '../observe/saved.ts';
import { mutationOf } from './mutations.ts';
import { calledMissing, stands } from './standing.ts';

const RUNS = Number(process.env.ISTIO_NAT_STANDING ?? 12);
const FORMS = ['nft list ruleset', 'nft -a list ruleset', 'nft -j list ruleset'];

/** Layouts with one change, kept by iptables-nft or native. */
const changed = fc
  .boolean()
  .chain((native) =>
    anyConfig
      .filter(({ dataplane, backend }) => dataplane === 'sidecar' && backend === 'iptables')
      .map((config): Config => (native ? { ...config, backend: 'nftables', istioVersion: '1.28.10' } : config)),
  )
  .chain((config) => mutationOf(expectedRuleset(config)).map(({ what, ruleset }) => ({ config, what, live: ruleset })));

describe.skipIf(!haveKernel)('a rule that the kernel holds and nft lists', () => {
  it('is never called missing', { timeout: 300_000 }, async () => {
    const kernel = openKernel('standing');
    let missing = 0;
    try {
      await fc.assert(
        fc.asyncProperty(changed, async ({ config, what, live }) => {
          if (!loads(kernel, config, live)) return;
          for (const form of FORMS) {
            const [program = '', ...args] = form.split(' ');
            const files = { listing: kernel.run(program, '', ...args), config: JSON.stringify(formatConfig(config)) };
            const source = { kind: 'rules', files: ['listing'] } as const;
            const request = { source, config: { configFile: 'config', flags: {}, env: {} }, toolVersion: '0' };
            for (const one of calledMissing(await check(request, savedTexts(files)))) {
              missing += 1;
              expect([form, what, one, stands(live, one)]).toEqual([form, what, one, 0]);
            }
          }
        }),
        { numRuns: RUNS },
      );
    } finally {
      kernel.close();
    }
    expect(missing).toBeGreaterThan(RUNS / 10);
  });
});

/** False where the kernel refuses the rules: then nobody has such a pod. */
function loads(kernel: Kernel, { backend }: Config, live: Ruleset): boolean {
  try {
    if (backend === 'nftables') kernel.load(printNft(live.tables));
    else {
      kernel.run('nft', 'flush ruleset', '-f', '-');
      for (const family of FAMILIES)
        kernel.roundTrip('nft', family, { tables: live.tables.filter((table) => table.family === family) });
    }
    return true;
  } catch {
    return false;
  }
}

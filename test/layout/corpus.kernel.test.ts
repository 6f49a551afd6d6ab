import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildLayout } from '../../src/layout/index.ts';
import { FAMILIES } from '../../src/model/family.ts';
import { chainsOfSave } from './chains.ts';
import { haveKernel, type Kernel, openKernel } from './kernel.ts';
import { haveRecordings, recordedGroups, recordedReleases, recordings } from './recordings.ts';

// Two thousand restores and saves; `kernel-form.test.ts` is the sample that always runs.
const wanted = process.env.ISTIO_NAT_FULL_KERNEL === '1';

describe.skipIf(!wanted || !haveKernel || !haveRecordings)('every recorded layout, loaded again', () => {
  let kernel: Kernel;
  beforeAll(() => {
    kernel = openKernel('corpus');
  });
  afterAll(() => kernel.close());

  it.each(recordedReleases('sidecar-iptables'))(
    'sidecar-iptables %s reads back as recorded',
    (release) => {
      const options = { resolveGroup: recordedGroups('sidecar-iptables') };
      for (const { id, config, recorded } of recordings('sidecar-iptables', release)) {
        const layout = buildLayout(config, options);
        for (const variant of ['legacy', 'nft'] as const) {
          for (const family of FAMILIES) {
            const save = recorded[`${variant}.${family === 'ipv4' ? 'v4' : 'v6'}.save`] ?? '';
            expect(chainsOfSave(kernel.roundTrip(variant, family, layout)), `${id} ${variant} ${family}`).toEqual(
              chainsOfSave(save),
            );
          }
        }
      }
    },
    300_000,
  );
});

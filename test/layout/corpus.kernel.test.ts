import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildLayout } from '../../src/layout/index.ts';
import { FAMILIES } from '../../src/model/family.ts';
import { chainsOfSave } from './chains.ts';
import { haveKernel, type Kernel, openKernel } from './kernel.ts';
import { haveRecordings, type Recording, recordedGroups, recordedReleases, recordings } from './recordings.ts';

// Two thousand restores and saves; `kernel-form.test.ts` is the sample that always runs.
const wanted = process.env.ISTIO_NAT_FULL_KERNEL === '1';

/** On the node nft lists the elements of the sets that rules name: the addresses of pods, which no configuration knows. */
const ON_THE_NODE = /^ambient-nftables\/.*\/hostprobe/;

describe.skipIf(!wanted || !haveKernel || !haveRecordings)('every recorded layout, loaded again', () => {
  let kernel: Kernel;
  let haveSets = false;
  const counts: string[] = [];
  beforeAll(() => {
    kernel = openKernel('corpus');
    haveSets = kernel.makeProbeSets();
  });
  afterAll(() => {
    kernel?.close();
    process.stdout.write(`recordings that the kernel prints back alike\n${counts.join('\n')}\n`);
  });

  for (const kind of ['sidecar-iptables', 'ambient-iptables', 'sidecar-nftables', 'ambient-nftables']) {
    const verify = kind.endsWith('nftables') ? verifyNative : verifySaves;
    it.each(recordedReleases(kind))(`${kind} %s reads back as recorded`, { timeout: 300_000 }, (release) => {
      const all = recordings(kind, release).filter(
        ({ id, config }) => !ON_THE_NODE.test(id) && (haveSets || config.scope !== 'host'),
      );
      for (const recording of all) verify(kernel, kind, recording);
      counts.push(`  ${`${kind} ${release}`.padEnd(34)} ${all.length}`);
    });
  }
});

function verifySaves(kernel: Kernel, kind: string, { id, config, recorded }: Recording): void {
  const layout = buildLayout(config, { resolveGroup: recordedGroups(kind) });
  for (const variant of ['legacy', 'nft'] as const) {
    for (const family of FAMILIES) {
      const save = recorded[`${variant}.${family === 'ipv4' ? 'v4' : 'v6'}.save`] ?? '';
      const back = kernel.roundTrip(variant, family, layout);
      expect(chainsOfSave(back), `${id} ${variant} ${family}`).toEqual(chainsOfSave(save));
    }
  }
}

function verifyNative(kernel: Kernel, kind: string, { id, config, recorded }: Recording): void {
  const layout = buildLayout(config, { resolveGroup: recordedGroups(kind) });
  expect(kernel.nftRoundTrip(layout).trim(), id).toBe((recorded['ruleset.nft'] ?? '').trim());
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { haveKernel, type Kernel, openKernel } from '../layout/kernel.ts';
import { foundUnhealthy } from '../layout/proof/healthy.ts';
import { inferredOtherwise } from '../layout/proof/inferred.ts';
import { CLAIMS, judgedOtherwise, mixedOtherwise, separatedOtherwise } from '../layout/proof/mixtures.ts';
import { printedOtherwise } from '../layout/proof/prints-back.ts';
import { readOtherwise, routedOtherwise } from '../layout/proof/routing.ts';
import { Tally } from '../layout/proof/tally.ts';
import { haveRecordings, recordedReleases, recordedTexts, recordings } from '../layout/recordings.ts';

// Thousands of restores and saves: what is always run is `check` on every recording.
const wanted = process.env.ISTIO_NAT_FULL_KERNEL === '1';
const KINDS = ['sidecar-iptables', 'ambient-iptables', 'sidecar-nftables', 'ambient-nftables'] as const;

describe.skipIf(!haveRecordings)('every recording', () => {
  const tally = new Tally();
  let kernel: Kernel | null = null;
  beforeAll(() => {
    if (!wanted) return;
    if (!haveKernel) throw new Error('the proof needs root, both variants of iptables, nft and ip');
    kernel = openKernel('recordings');
    if (!kernel.makeProbeSets()) throw new Error('the proof needs ipset, for the rules of nodes');
  });
  afterAll(() => {
    kernel?.close();
    if (wanted) process.stdout.write(`${tally}\n`);
  });

  for (const kind of KINDS) {
    it.each(recordedReleases(kind))(`${kind} %s`, { timeout: 600_000 }, async (release) => {
      const wrong: string[] = [];
      for (const recording of recordings(kind, release)) {
        const check = await foundUnhealthy(kind, recording);
        const own = kernel === null ? null : await printedOtherwise(kernel, kind, recording);
        const infer = kernel === null ? null : inferredOtherwise(recording);
        wrong.push(...tally.add(`${kind} ${release}`, { kernel: own, check, infer }));
      }
      expect(wrong).toEqual([]);
    });
  }

  it.skipIf(!wanted).each(recordedTexts('mixtures'))('$id', async ({ id, recorded }) => {
    const name = id.slice('mixtures/'.length);
    expect(Object.keys(CLAIMS)).toContain(name);
    const wrong = tally.add('mixtures', {
      kernel: inNamespace(`mixture-${name}`, (own) => mixedOtherwise(own, recorded)),
      check: await judgedOtherwise(name, recorded),
      infer: separatedOtherwise(name, recorded),
    });
    expect(wrong).toEqual([]);
  });

  it.skipIf(!wanted).each(recordedTexts('policy-routing'))('$id', ({ id, recorded }) => {
    const name = id.slice('policy-routing/'.length);
    const wrong = tally.add('policy-routing', {
      kernel: inNamespace(`routing-${name}`, (own) => routedOtherwise(own, name, recorded)),
      check: readOtherwise(name, recorded),
      infer: null,
    });
    expect(wrong).toEqual([]);
  });
});

/** A namespace of one recording's own. */
function inNamespace<T>(purpose: string, use: (kernel: Kernel) => T): T {
  const own = openKernel(purpose);
  try {
    return use(own);
  } finally {
    own.close();
  }
}

import { describe, expect, it } from 'vitest';
import { inferredOtherwise } from '../layout/proof/inferred.ts';
import { haveRecordings, recordedReleases, recordings } from '../layout/recordings.ts';

// The proof over all recordings infers as well, and counts.
const proven = process.env.ISTIO_NAT_FULL_KERNEL === '1';

describe.skipIf(!haveRecordings || proven)('what is inferred from recorded layouts', () => {
  for (const kind of ['sidecar-iptables', 'ambient-iptables', 'sidecar-nftables', 'ambient-nftables']) {
    it.each(recordedReleases(kind))(`${kind} %s`, (release) => {
      expect(recordings(kind, release).flatMap(inferredOtherwise)).toEqual([]);
    });
  }
});

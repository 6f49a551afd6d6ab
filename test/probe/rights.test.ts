import { describe, expect, it } from 'vitest';
import type { FileContent } from '../../src/collect/files.ts';
import { mayBeOthers } from '../../src/probe/rights.ts';

const ROOT = { uid: 0, gid: 0 };

/** Asks with what `/proc/self/status` says of the effective capabilities. */
function withCapabilities(effective: string | null, own = ROOT): Promise<boolean> {
  const content: FileContent =
    effective === null
      ? { error: 'missing', message: 'it does not exist' }
      : { text: `Uid:\t0\t0\nCapEff:\t${effective}\n` };
  return mayBeOthers(own, { read: async () => content });
}

describe('who may act as others', () => {
  it.each([
    ['all capabilities', '000001ffffffffff', true],
    ['those that Docker leaves', '00000000a80425fb', true],
    ['none, as with drop: [ALL]', '0000000000000000', false],
    ['CAP_SETUID alone', '0000000000000080', false],
    ['CAP_SETUID and CAP_SETGID', '00000000000000c0', true],
  ])('is told by the process: %s', async (_, effective, answer) => {
    expect(await withCapabilities(effective)).toBe(answer);
    expect(await withCapabilities(effective, { uid: 1337, gid: 1337 })).toBe(answer);
  });

  it('is root where the process does not say', async () => {
    expect([await withCapabilities(null), await withCapabilities(null, { uid: 1, gid: 1 })]).toEqual([true, false]);
  });
});

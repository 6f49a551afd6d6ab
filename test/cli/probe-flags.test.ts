import { describe, expect, it } from 'vitest';
import { probeRequest } from '../../src/cli/probe-flags.ts';

const NONE = { timeout: '2', 'dry-run': false };

describe('probeRequest', () => {
  it('reads users with and without group, and targets of both families', () => {
    expect(probeRequest({ ...NONE, uid: ['1000', '1:2'], to: '[fd00::1]:443' })).toEqual({
      owners: [
        { uid: 1000, gid: 1000 },
        { uid: 1, gid: 2 },
      ],
      to: { address: 'fd00::1', port: 443 },
      timeoutMs: 2000,
      dryRun: false,
    });
    expect(probeRequest({ ...NONE, to: '10.1.2.3:3306' }).to).toEqual({ address: '10.1.2.3', port: 3306 });
  });

  it.each([
    [{ uid: ['root'] }, '--uid'],
    [{ uid: ['4294967295'] }, '--uid'],
    [{ to: '10.1.2.3' }, '--to'],
    [{ to: '10.1.2.3:0' }, '--to'],
    [{ to: '10.1.2.3:65536' }, '--to'],
    [{ to: '[10.1.2.3]:80' }, '--to'],
    [{ to: 'fd00::1:80' }, '--to'],
    [{ to: 'example.com:80' }, '--to'],
    [{ timeout: '0' }, '--timeout'],
    [{ timeout: '61' }, '--timeout'],
    [{ timeout: 'soon' }, '--timeout'],
  ])('refuses %j', (given, flag) => {
    expect(() => probeRequest({ ...NONE, ...given })).toThrow(flag);
  });
});

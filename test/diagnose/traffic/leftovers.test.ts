import { describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { judged, loudCodes } from '../causes/judged.ts';
import { olderCases } from '../causes/older.ts';

const DNS = { redirectDns: true, captureAllDns: true } as const;

/** What is said where a chain has the rules of an earlier release ahead of its own. */
function saidOf(inputs: Partial<Config>, what: string) {
  const config = { ...defaultConfig('1.28.10'), ...inputs };
  const left = olderCases(config).find((one) => one.what === what);
  if (left === undefined) throw new Error(`no such case: ${what}`);
  return judged(left);
}

describe('rules of another release beside the right ones', () => {
  it.each([
    [{}, '1.16.7 ipv4 nat ISTIO_OUTPUT first'],
    [DNS, '1.8.6 ipv4 nat ISTIO_OUTPUT first'],
  ])('%j, %s: one finding, named for what they are', (inputs, what) => {
    const { findings } = saidOf(inputs, what);
    const loud = findings.filter(({ severity }) => severity !== 'info');
    expect(loud.length).toBe(1);
    expect(loud[0]?.message).toMatch(/left beside those of 1\.28\.10/);
    expect(loud[0]).toMatchObject({ code: 'NAT0112', severity: 'error' });
    expect(loud[0]?.remedy).toContain('iptables -t nat -D ISTIO_OUTPUT');
  });

  it('the layout itself is none', () => {
    const config = { ...defaultConfig('1.28.10'), ...DNS };
    expect(loudCodes(judged({ config, live: expectedRuleset(config) }))).toEqual([]);
  });
});

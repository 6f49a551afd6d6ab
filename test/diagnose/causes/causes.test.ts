import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import { foreignCases } from './foreign.ts';
import { judged, loudCodes } from './judged.ts';
import { ownCases } from './own.ts';

const EXTRAS = { excludeInterfaces: ['net1'], outboundPortsExclude: [3306], enableIpv6: true } as const;
const FULL: Config = { ...defaultConfig('1.28.10'), ...EXTRAS };
const DNS = { redirectDns: true, captureAllDns: true } as const;

/** Pods beside which other programs write: each mode and data plane, and releases that differ in what they capture. */
const BESIDE: readonly Config[] = [
  FULL,
  { ...defaultConfig('1.28.10'), ...DNS, dropInvalid: true },
  { ...defaultConfig('1.28.10'), interceptionMode: 'TPROXY' },
  defaultConfig('1.28.10', 'istio-init', 'ambient'),
  { ...defaultConfig('1.16.7'), ...DNS },
  defaultConfig('1.4.10'),
];

const own = ownCases(FULL).filter(({ kind }) => kind === 'input' || kind === 'flush');
const foreign = BESIDE.flatMap((config) => foreignCases(config));
const cases = [...own, ...foreign].map((one) => ({ ...one, release: one.config.istioVersion }));

describe('one cause is one finding at most', () => {
  it.each(cases)('$kind: $what ($release $config.dataplane $config.interceptionMode)', (one) => {
    expect(loudCodes(judged(one)).length).toBeLessThanOrEqual(1);
  });
});

describe('a program that takes connections of others and has guests of its own', () => {
  it.each(['docker with published ports', 'docker with networks of its own'])(
    'is one finding that tells of both: %s',
    (what) => {
      const [found] = foreignCases(FULL)
        .filter((one) => one.what === what)
        .map(judged);
      const [finding] = found?.findings ?? [];
      expect(finding).toMatchObject({ code: 'NAT0109', severity: 'error' });
      expect(JSON.stringify(finding?.evidence)).toContain('DOCKER');
      expect(finding?.message).toMatch(/What comes in by .*docker0.* is captured as inbound/);
      expect(finding?.remedy).toMatch(/istio.io\/reroute-virtual-interfaces: ".*docker0/);
      expect(found?.checks.find(({ id }) => id === 'forwarded-traffic')?.outcome).toBe('skipped');
    },
  );
});

describe('a policy that drops', () => {
  it('is one cause in whatever chains, and stays: its commands admit Istio, where anything is blocked', () => {
    const [found] = foreignCases(FULL)
      .filter(({ what }) => what === 'a VPN client that allows its tunnel alone')
      .map(judged);
    const [finding] = found?.findings ?? [];
    expect(finding?.message).toContain('the policy of filter OUTPUT and of filter INPUT is DROP');
    expect(finding?.cause).toContain('A VPN');
    expect(finding?.remedy).toContain('-A OUTPUT -m owner --uid-owner 1337 -j ACCEPT');
    expect(finding?.remedy).not.toContain('-A OUTPUT -o lo -j ACCEPT');
    expect(finding?.remedy).not.toMatch(/-P |-A INPUT/);
  });
});

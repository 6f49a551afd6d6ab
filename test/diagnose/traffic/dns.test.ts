import { describe, expect, it } from 'vitest';
import { expectedRuleset } from '../../../src/expect/layout.ts';
import { isToDnsProxy } from '../../../src/istio/dns.ts';
import { defaultConfig } from '../../../src/layout/index.ts';
import type { Config } from '../../../src/model/config.ts';
import type { Ruleset } from '../../../src/model/ruleset.ts';
import { judged, loudCodes } from '../causes/judged.ts';

const RELEASES = ['1.6.14', '1.7.8', '1.8.6', '1.9.9', '1.10.6', '1.11.8', '1.14.6', '1.18.7', '1.20.3', '1.22.8'];
const NEWER = ['1.23.6', '1.24.6', '1.25.5', '1.28.10', '1.31.0'];

/** Which servers are captured: those of resolv.conf, all, or none that is known (which switches it off since 1.25). */
const SERVERS: readonly Partial<Config>[] = [
  { dnsServersV4: ['10.96.0.10'], dnsServersV6: ['fd00::a'] },
  { captureAllDns: true },
  {},
];
const BESIDE: readonly Partial<Config>[] = [
  {},
  { enableIpv6: true },
  { interceptionMode: 'TPROXY' },
  { proxyUid: [1337, 2000], outboundIpRangesInclude: ['10.0.0.0/8'] },
];

function codes(live: Ruleset, config: Config): string[] {
  return loudCodes(judged({ config, live }));
}

/** The layout without what sends queries to the agent and without conntrack zones; exceptions for port 53 stay. */
function withoutCapture({ tables }: Ruleset): Ruleset {
  return {
    tables: tables
      .filter(({ name }) => !name.endsWith('raw'))
      .map((table) => ({
        ...table,
        chains: table.chains.map((chain) => ({
          ...chain,
          rules: chain.rules
            .filter(({ targets }) => !targets.some(isToDnsProxy))
            .map((rule, at) => ({ ...rule, index: at + 1 })),
        })),
      })),
  };
}

describe('DNS capture that is missing altogether is one finding', () => {
  const matrix = [...RELEASES, ...NEWER]
    .flatMap((istioVersion) => SERVERS.map((servers) => ({ istioVersion, ...servers })))
    .map((inputs, nth) => ({ ...inputs, ...BESIDE[nth % BESIDE.length] }));

  it.each(matrix)('never programmed: %j', (inputs) => {
    const usual = defaultConfig(inputs.istioVersion);
    const meant = { ...usual, ...inputs, redirectDns: true };
    const programmed = { ...usual, ...inputs, redirectDns: false };
    const isOff = NEWER.indexOf(inputs.istioVersion) > 1 && !inputs.captureAllDns && !inputs.dnsServersV4;
    expect(codes(expectedRuleset(programmed), meant)).toEqual(isOff ? [] : ['NAT0401']);
  });

  it.each(RELEASES.concat(NEWER))('%s: redirects and zones lost, the exceptions of port 53 left', (istioVersion) => {
    // 1.9 and 1.10 cannot capture all servers.
    const known = /^1\.(9|10)\./.test(istioVersion) ? SERVERS.slice(0, 1) : SERVERS.slice(0, 2);
    for (const servers of known) {
      const meant = { ...defaultConfig(istioVersion), ...servers, redirectDns: true };
      expect(codes(withoutCapture(expectedRuleset(meant)), meant)).toEqual(['NAT0401']);
    }
  });

  it.each(['1.27.0', '1.28.10', '1.31.0'])('%s in native tables', (istioVersion) => {
    for (const servers of SERVERS.slice(0, 2)) {
      const meant: Config = { ...defaultConfig(istioVersion), ...servers, backend: 'nftables', redirectDns: true };
      expect(codes(expectedRuleset({ ...meant, redirectDns: false }), meant)).toEqual(['NAT0401']);
      expect(codes(withoutCapture(expectedRuleset(meant)), meant)).toEqual(['NAT0401']);
    }
  });

  it.each(['1.21.6', '1.24.6', '1.28.10'])('%s of ambient', (istioVersion) => {
    const meant: Config = {
      ...defaultConfig(istioVersion, 'istio-init', 'ambient'),
      redirectDns: true,
      dnsProxy: 'enabled',
    };
    const off = { ...meant, redirectDns: false, dnsProxy: 'disabled' } as const;
    expect(codes(expectedRuleset(off), meant)).toEqual(['NAT0401']);
  });
});

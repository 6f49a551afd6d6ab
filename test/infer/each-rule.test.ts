import { describe, expect, it } from 'vitest';
import { inferConfig, safeCandidate } from '../../src/infer/index.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { printRule } from '../../src/print/iptables/index.ts';
import { layoutOf, SEEN } from './rules.ts';

const ambient = { dataplane: 'ambient', redirectDns: true, enableIpv6: true } as const;
const LAYOUTS: readonly (readonly [string, string, Partial<Config>])[] = [
  ['ambient', '1.28.10', { ...ambient, interceptionMode: 'REDIRECT' }],
  [
    'ambient with virtual interfaces',
    '1.28.10',
    { ...ambient, interceptionMode: 'REDIRECT', rerouteVirtualInterfaces: ['net1', 'net2'] },
  ],
  ['ambient by TPROXY', '1.23.6', { ...ambient, interceptionMode: 'TPROXY' }],
  ['ambient, no inbound capture', '1.29.0', { ...ambient, interceptionMode: 'REDIRECT', ingressMode: true }],
  ['native ambient', '1.29.0', { ...ambient, interceptionMode: 'REDIRECT', backend: 'nftables' }],
  ['a native sidecar', '1.28.10', { backend: 'nftables', inboundPortsExclude: [] }],
  [
    'a native sidecar with TPROXY and DNS',
    '1.29.0',
    {
      backend: 'nftables',
      interceptionMode: 'TPROXY',
      redirectDns: true,
      captureAllDns: true,
      inboundPortsExclude: [],
      enableIpv6: true,
    },
  ],
  [
    'a sidecar with everything',
    '1.28.10',
    {
      interceptionMode: 'TPROXY',
      redirectDns: true,
      dnsServersV4: ['10.96.0.10'],
      excludeInterfaces: ['net1'],
      rerouteVirtualInterfaces: ['net2'],
      enableIpv6: true,
      inboundPortsExclude: [],
    },
  ],
];

/** What an input loses with the rule: here the rule is the input. */
const INPUT_ITSELF = /^-A \S+ -i net\d -p tcp -j REDIRECT|-j ISTIO_REDIRECT$|-j istio-redirect$/;

describe.each(LAYOUTS)('%s', (_, release, inputs) => {
  const config: Config = { ...defaultConfig(release, 'istio-init', inputs.dataplane), ...inputs };
  const layout = buildLayout(config);
  const declared = { istioVersion: release };

  it('is recognised', () => {
    const [best] = inferConfig(layout, { coverage: SEEN, declared }).candidates;
    expect(best?.distance).toBe(0);
    expect(best && layoutOf(best.config)).toEqual(layoutOf(config));
  });

  it('is still what is intended whichever rule is lost', () => {
    for (const { live, lost } of losses(layout)) {
      if (INPUT_ITSELF.test(lost)) continue;
      const candidate = safeCandidate(inferConfig(live, { coverage: SEEN, declared }));
      expect(candidate?.distance, lost).toBe(1);
      expect(candidate && layoutOf(candidate.config), lost).toEqual(layoutOf(config));
    }
  });
});

/** The layout without one of its rules, for each rule. */
function losses(layout: Ruleset): { live: Ruleset; lost: string }[] {
  return layout.tables.flatMap((table) =>
    table.chains.flatMap((chain) =>
      chain.rules.map((lost) => {
        const chains = table.chains.map((each) =>
          each === chain ? { ...each, rules: each.rules.filter((rule) => rule !== lost) } : each,
        );
        const tables = layout.tables.map((each) => (each === table ? { ...each, chains } : each));
        return { live: { tables }, lost: printRule(lost, chain.name) };
      }),
    ),
  );
}

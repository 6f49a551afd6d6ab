import { describe, expect, it } from 'vitest';
import { type Evidence, inferConfig, type Programmer } from '../../src/infer/index.ts';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import type { Ruleset } from '../../src/model/ruleset.ts';
import { changed, rule, SEEN } from './rules.ts';

function programmerOf(live: Ruleset, evidence: Evidence = {}): Programmer | undefined {
  return inferConfig(live, { coverage: SEEN, ...evidence }).candidates[0]?.programmer;
}

const INIT: Config = defaultConfig('1.28.10');
const CNI: Config = defaultConfig('1.28.10', 'istio-cni');

/** What was programmed, and who is found to have done it. */
const WRITERS: readonly (readonly [string, Config, Programmer['name']])[] = [
  ['the init container’s defaults', INIT, 'istio-init'],
  ['the plugin’s defaults', CNI, 'istio-cni'],
  [
    'the init container’s with a port of the pod',
    { ...INIT, inboundPortsExclude: [15090, 15021, 8080, 15020] },
    'istio-init',
  ],
  [
    'the plugin’s with ports of the pod',
    { ...CNI, inboundPortsExclude: [8080, 15020, 15021, 15090], outboundPortsExclude: [3306] },
    'istio-cni',
  ],
  [
    'a port list and the pod’s own name servers',
    { ...INIT, inboundPortsInclude: [80], redirectDns: true, dnsServersV4: ['10.96.0.10'] },
    'istio-init',
  ],
  [
    'a port list and every name server',
    { ...INIT, inboundPortsInclude: [80], redirectDns: true, captureAllDns: true },
    'istio-cni',
  ],
  ['a port list and a group of its own', { ...INIT, inboundPortsInclude: [80], proxyGid: [1001] }, 'istio-cni'],
  ['a port list and nothing else', { ...INIT, inboundPortsInclude: [80] }, 'unknown'],
  ['signs of both', { ...INIT, outboundPortsExclude: [15020] }, 'unknown'],
  ['a release that the plugin’s defaults are not known of', defaultConfig('1.6.14'), 'unknown'],
  ['native tables of the init container', { ...INIT, backend: 'nftables' }, 'istio-init'],
  ['native tables of the plugin', { ...CNI, backend: 'nftables' }, 'istio-cni'],
  ['ambient', defaultConfig('1.28.10', 'istio-init', 'ambient'), 'ambient-cni'],
  ['native ambient', { ...defaultConfig('1.28.10', 'istio-init', 'ambient'), backend: 'nftables' }, 'ambient-cni'],
];

describe('who wrote the rules', () => {
  it.each(WRITERS)('%s', (_, config, name) => {
    const programmer = programmerOf(buildLayout(config));
    expect(programmer?.name).toBe(name);
    expect(programmer?.reasons).not.toEqual([]);
  });

  it('is settled by the annotation of the injector', () => {
    const live = buildLayout({ ...INIT, inboundPortsInclude: [80] });
    expect(programmerOf(live, { injected: 'istio-cni' })?.name).toBe('istio-cni');
    expect(programmerOf(live, { injected: 'istio-init' })?.name).toBe('istio-init');
  });

  it('is told from rules that are damaged', () => {
    const live = changed(buildLayout(CNI), 'nat', 'PREROUTING', () => []);
    expect(programmerOf(live)?.name).toBe('istio-cni');
  });

  it('is nobody of Istio’s where a rule has a comment', () => {
    const commented = rule('-A X -p tcp -m tcp --dport 8080 -m comment --comment "bypass" -j RETURN');
    const live = changed(buildLayout(INIT), 'nat', 'ISTIO_INBOUND', (rules) => [
      ...rules.slice(0, 2),
      commented,
      ...rules.slice(2),
    ]);
    expect(programmerOf(live)).toEqual({ name: 'script', reasons: [expect.stringContaining('ISTIO_INBOUND')] });
  });

  it('is nobody of Istio’s where most rules are not', () => {
    const live = changed(buildLayout(INIT), 'nat', 'ISTIO_OUTPUT', () =>
      Array.from({ length: 30 }, (_, n) => rule(`-A X -d 192.0.2.${n}/32 -j ACCEPT`)),
    );
    expect(programmerOf(live)?.name).toBe('script');
  });
});

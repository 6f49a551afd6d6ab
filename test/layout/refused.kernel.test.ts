import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildLayout, defaultConfig, whyRefused } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { check, expected } from '../asked.ts';
import { savedTexts } from '../observe/saved.ts';
import { haveKernel, type Kernel, openKernel } from './kernel.ts';

type Raw = Readonly<Record<string, string>>;

const TPROXY = { backend: 'nftables', interceptionMode: 'TPROXY', inboundPortsInclude: '' };
const NODE = { backend: 'nftables', dataplane: 'ambient', scope: 'host', enableIpv6: 'false' };

const request = { configFile: 'config', flags: {}, env: {} } as const;

describe('a configuration whose rules nft refuses', () => {
  it.each<[string, Raw]>([
    ['NAT0105', { istioVersion: '1.27.3', ...TPROXY }],
    ['NAT0105', { istioVersion: '1.28.0', ...TPROXY }],
    ['NAT0105', { istioVersion: '1.31.0', backend: 'nftables', excludeInterfaces: 'eth1,*' }],
    ['NAT0901', { istioVersion: '1.31.0', backend: 'nftables', dataplane: 'ambient', rerouteVirtualInterfaces: '*' }],
    ['NAT0903', { istioVersion: '1.28.0', ...NODE }],
  ])('is never healthy (%s), and expected says why it prints nothing: %o', async (code, raw) => {
    const outside = savedTexts({ rules: 'table inet other {\n}\n', config: JSON.stringify(raw) });
    const source = { kind: 'rules', files: ['rules'] } as const;
    const { verdict, findings } = await check({ source, config: request, toolVersion: '0' }, outside);
    expect(verdict).toBe('broken');
    expect(findings.map((found) => found.code)).toContain(code);
    const { text, notes } = await expected({ output: 'nft', config: request }, outside);
    expect(text).toBe('');
    expect(notes).toEqual([expect.stringMatching(/leaves no rule at all: .+\. .+\.$/)]);
  });

  it.each<[string, Partial<Config>]>([
    ['1.27.4', { interceptionMode: 'TPROXY', inboundPortsInclude: [] }],
    ['1.28.0', { interceptionMode: 'TPROXY', inboundPortsInclude: [8080] }],
    ['1.28.1', { dataplane: 'ambient', scope: 'host', enableIpv6: false }],
    ['1.28.0', { dataplane: 'ambient', scope: 'host', enableIpv6: true }],
    ['1.31.0', { excludeInterfaces: ['eth*', '+', 'net1+'] }],
    ['1.31.0', { backend: 'iptables', excludeInterfaces: ['*'] }],
  ])('is no other: %s %o', (release, inputs) => {
    const base = defaultConfig(release, 'istio-init', inputs.dataplane);
    const config: Config = { ...base, backend: 'nftables', ...inputs };
    expect(whyRefused(config)).toBeNull();
    expect(buildLayout(config).tables).not.toEqual([]);
  });
});

describe.skipIf(!haveKernel)('what nft says', () => {
  let kernel: Kernel;
  beforeAll(() => {
    kernel = openKernel('refused');
  });
  afterAll(() => kernel?.close());

  it.each([
    ['to an interface name that is only a wildcard', 'chain c {\n iifname "*" return\n}'],
    ['to a rule about a set that was not made', 'chain c {\n ip6 daddr @istio-inpod-probes-v6 return\n}'],
  ])('no %s', (_, body) => {
    expect(() => kernel.load(`table inet t {\n${body}\n}\n`)).toThrow();
  });

  it('no to an insert in front of a rule that is not there', () => {
    const script =
      'add table inet t\nadd chain inet t c\nadd rule inet t c return\ninsert rule inet t c index 1 return\n';
    expect(() => kernel.load(script)).toThrow();
  });
});

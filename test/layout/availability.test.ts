import { describe, expect, it } from 'vitest';
import { buildLayout, defaultConfig, whyNoLayout } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';

function tableNames(config: Config): string[] {
  return buildLayout(config).tables.map((table) => `${table.family} ${table.name}`);
}

describe('releases without a data plane or backend', () => {
  it.each([
    ['1.26.8', 'sidecar', 'nftables', '1.27.0'],
    ['1.27.9', 'ambient', 'nftables', '1.28.0'],
    ['1.20.8', 'ambient', 'iptables', '1.21.0'],
  ] as const)('%s has no %s in %s', (version, dataplane, backend, first) => {
    const config: Config = { ...defaultConfig(version, 'istio-cni', dataplane), backend };
    expect(tableNames(config)).toEqual([]);
    expect(whyNoLayout(config)).toContain(`${first} brought it`);
    const later = { ...config, istioVersion: first };
    expect(tableNames(later)).not.toEqual([]);
    expect(whyNoLayout(later)).toBeNull();
  });

  it('refuses a version that is none', () => {
    expect(() => buildLayout({ ...defaultConfig('1.28.10'), istioVersion: 'latest' })).toThrow(RangeError);
  });
});

describe('native nftables transactions that the kernel refuses leave nothing', () => {
  it.each(['1.27.3', '1.28.0'])('%s: TPROXY without inbound capture', (version) => {
    const config: Config = {
      ...defaultConfig(version),
      backend: 'nftables',
      interceptionMode: 'TPROXY',
      inboundPortsInclude: [],
    };
    expect(tableNames(config)).toEqual([]);
    expect(tableNames({ ...config, inboundPortsInclude: '*' })).not.toEqual([]);
  });

  it('1.28.0: the node’s rules without IPv6', () => {
    const config: Config = {
      ...defaultConfig('1.28.0', 'istio-cni', 'ambient'),
      backend: 'nftables',
      scope: 'host',
      enableIpv6: false,
    };
    expect(tableNames(config)).toEqual([]);
    expect(tableNames({ ...config, istioVersion: '1.28.1' })).toEqual(['inet istio-ambient-nat']);
  });
});

describe('an owner group by name', () => {
  const config: Config = { ...defaultConfig('1.28.10'), ownerGroupsInclude: ['java', '202'] };
  const groupRule = (change: Partial<Config>, resolveGroup?: (name: string) => number | null) => {
    const { tables } = buildLayout({ ...config, ...change }, resolveGroup && { resolveGroup });
    const rules = tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules));
    return rules.find(
      (rule) => rule.matches.length === 2 && rule.matches.every(({ kind }) => kind === 'owner' || kind === 'unknown'),
    );
  };

  it('becomes its id where it can be resolved', () => {
    const negated = (id: number) => ({ kind: 'owner', gid: { negated: true, value: { from: id, to: id } } });
    expect(groupRule({}, (name) => (name === 'java' ? 2001 : null))?.matches).toEqual([negated(2001), negated(202)]);
  });

  it('stays as text where it cannot', () => {
    expect(groupRule({})?.matches[0]).toEqual({ kind: 'unknown', raw: '-m owner ! --gid-owner java' });
    expect(groupRule({ backend: 'nftables' })?.matches[0]).toEqual({ kind: 'unknown', raw: 'meta skgid != java' });
  });
});

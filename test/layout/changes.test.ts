import { describe, expect, it } from 'vitest';
import { ambientIptables } from '../../src/layout/ambient/iptables.ts';
import { CHANGES } from '../../src/layout/changes.ts';
import { defaultConfig } from '../../src/layout/defaults.ts';
import { type Feature, type Features, featuresFor } from '../../src/layout/eras.ts';
import { buildLayout } from '../../src/layout/index.ts';
import { inputsOf } from '../../src/layout/inputs.ts';
import { ambientNftables } from '../../src/layout/nftables/ambient.ts';
import { sidecarNftables } from '../../src/layout/nftables/sidecar.ts';
import { parseRelease } from '../../src/layout/release.ts';
import { expectedRouting } from '../../src/layout/routing.ts';
import { sidecarIptables } from '../../src/layout/sidecar/index.ts';
import type { Config, ConfigKey } from '../../src/model/config.ts';

/** One configuration of each kind that makes every input matter. */
function variants(version: string): Config[] {
  const plain = defaultConfig(version);
  const rich: Config = {
    ...plain,
    inboundCapturePort: 16006,
    outboundPortsInclude: [8443],
    outboundPortsExclude: [3306],
    outboundIpRangesInclude: ['10.0.0.0/8', '127.1.2.3/32', 'fd00::/64'],
    outboundIpRangesExclude: ['10.1.0.0/16', 'fd00::1/128'],
    excludeInterfaces: ['net1'],
    rerouteVirtualInterfaces: ['eth1'],
    ownerGroupsExclude: ['202'],
    redirectDns: true,
    dnsServersV4: ['10.96.0.10'],
    dnsServersV6: ['fd00::a'],
    dropInvalid: true,
    enableIpv6: true,
    hostIpv4LoopbackCidr: '127.0.0.1/8',
  };
  const lists: Config = { ...rich, inboundPortsInclude: [8080] };
  const all: Config = {
    ...rich,
    outboundIpRangesInclude: '*',
    captureAllDns: true,
    dnsServersV4: [],
    dnsServersV6: [],
  };
  const bare: Config = { ...rich, outboundIpRangesInclude: [], dnsServersV4: [], dnsServersV6: [] };
  const tproxy = [rich, lists, { ...all, inboundPortsInclude: [] }].map((config) => ({
    ...config,
    interceptionMode: 'TPROXY' as const,
  }));
  const sidecars = [plain, rich, lists, all, bare, ...tproxy, { ...plain, inboundPortsInclude: [8080] }];
  const ambient = defaultConfig(version, 'istio-cni', 'ambient');
  const pods = [
    { ...ambient, redirectDns: true, rerouteVirtualInterfaces: ['eth1'] },
    { ...ambient, redirectDns: true, enableIpv6: false },
    { ...ambient, ingressMode: true },
    { ...ambient, interceptionMode: 'TPROXY' as const },
    { ...ambient, interceptionMode: 'REDIRECT' as const, enableIpv6: true },
    { ...ambient, scope: 'host' as const },
  ];
  return [...sidecars, ...pods].flatMap((config) => [config, { ...config, backend: 'nftables' as const }]);
}

function build(config: Config, has: Features): string {
  const resolveGroup = () => null;
  const native = config.backend === 'nftables';
  const sidecar = () =>
    native
      ? sidecarNftables(config, has, resolveGroup)
      : sidecarIptables(config, has, { resolveGroup, dnsAgent: false });
  const ambient = () => (native ? ambientNftables(config, has, 0) : ambientIptables(config, has));
  const tables = config.dataplane === 'sidecar' ? sidecar() : ambient();
  return JSON.stringify(tables, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

/** Changes of what the callers of the tool ask for; the layout follows from the configuration then. */
const DEFAULTS: readonly Feature[] = [
  'status-port-excluded',
  'prometheus-port-excluded',
  'cni-default-excludes',
  'dns-input',
  'ambient-redirect-default',
  'ambient-dns-default',
];

describe('CHANGES', () => {
  it.each(CHANGES.filter(({ feature }) => !DEFAULTS.includes(feature)))(
    '$feature makes a difference',
    ({ feature, since }) => {
      const version = since[since.length - 1] ?? '';
      const has = featuresFor(version);
      const without: Features = (asked) => asked !== feature && has(asked);
      const differs = variants(version).some((config) => build(config, has) !== build(config, without));
      expect(differs).toBe(true);
    },
  );

  it.each(CHANGES.map((change) => [change.feature, change] as const))(
    '%s is there from its release on, and not before',
    (feature, change) => {
      for (const first of change.since) {
        const [major, minor, patch] = first.split('.').map(Number) as [number, number, number];
        expect(featuresFor(first)(feature)).toBe(true);
        const before = patch > 0 ? `${major}.${minor}.${patch - 1}` : `${major}.${minor - 1}`;
        if (minor > 0 && change.since.length === 1) expect(featuresFor(before)(feature)).toBe(false);
      }
      if ('until' in change) expect(featuresFor(change.until)(feature)).toBe(false);
    },
  );

  it('keeps a late patch of an older line apart from the next minor', () => {
    const has = (version: string) => featuresFor(version)('ipv6-outbound-port-includes');
    expect(['1.9.5', '1.9.6', '1.10.0', '1.10.1', '1.10.2', '1.11.0', '1.8.6'].map(has)).toEqual([
      false,
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it('gives the newest layout to releases newer than known', () => {
    expect(buildLayout(defaultConfig('1.99.0')).tables).toEqual(buildLayout(defaultConfig('1.31.0')).tables);
  });
});

describe('inputsOf', () => {
  const inputs = (text: string, dataplane?: Config['dataplane']) => {
    const release = parseRelease(text);
    if ('error' in release) throw new Error(release.error);
    return inputsOf(release, dataplane);
  };

  it('adds inputs with the releases that brought them', () => {
    expect(inputs('1.0.9')).not.toContain('rerouteVirtualInterfaces');
    expect(inputs('1.13.9')).not.toContain('ownerGroupsInclude');
    expect(inputs('1.14.0')).toContain('ownerGroupsInclude');
    expect(inputs('1.26.0')).not.toContain('backend');
    expect(inputs('1.27.0')).toContain('backend');
  });

  it('knows ambient’s own, and that 1.25 fixed its mode', () => {
    expect(inputs('1.24.0', 'ambient')).toContain('interceptionMode');
    expect(inputs('1.25.0', 'ambient')).not.toContain('interceptionMode');
    expect(inputs('1.25.0', 'ambient')).toContain('dnsProxy');
  });

  it.each(['1.0.9', '1.1.17', '1.2.10', '1.4.10', '1.8.6', '1.10.6', '1.11.2', '1.13.9', '1.20.8', '1.26.0', '1.31.0'])(
    '%s: holds exactly the inputs that make a difference',
    (version) => {
      const known = inputs(version).filter((key) => key in MUTATIONS);
      const has = featuresFor(version);
      const sidecars = variants(version).filter(
        (config) => config.dataplane === 'sidecar' && config.backend === 'iptables',
      );
      const programmed = (config: Config) => build(config, has) + routingText(config);
      const matters = (key: keyof typeof MUTATIONS) =>
        sidecars.some((config) => programmed({ ...config, ...MUTATIONS[key] }) !== programmed(config));
      const found = (Object.keys(MUTATIONS) as (keyof typeof MUTATIONS)[]).filter(matters);
      expect(new Set(found)).toEqual(new Set(known));
    },
  );
});

const MUTATIONS = {
  interceptionMode: { interceptionMode: 'REDIRECT' },
  enableIpv6: { enableIpv6: false },
  redirectDns: { redirectDns: false },
  proxyUid: { proxyUid: [5] },
  proxyGid: { proxyGid: [5] },
  proxyPort: { proxyPort: 5 },
  inboundTunnelPort: { inboundTunnelPort: 5 },
  inboundPortsInclude: { inboundPortsInclude: [5] },
  inboundPortsExclude: { inboundPortsExclude: [5] },
  outboundIpRangesInclude: { outboundIpRangesInclude: ['10.0.0.5/32'] },
  outboundIpRangesExclude: { outboundIpRangesExclude: ['10.0.0.5/32'] },
  outboundPortsInclude: { outboundPortsInclude: [5] },
  outboundPortsExclude: { outboundPortsExclude: [5] },
  excludeInterfaces: { excludeInterfaces: ['net5'] },
  rerouteVirtualInterfaces: { rerouteVirtualInterfaces: ['net5'] },
  ownerGroupsInclude: { ownerGroupsInclude: ['5'] },
  ownerGroupsExclude: { ownerGroupsExclude: ['5'] },
  captureAllDns: { captureAllDns: true },
  dnsServersV4: { dnsServersV4: ['10.0.0.5'] },
  dnsServersV6: { dnsServersV6: ['fd00::5'] },
  dropInvalid: { dropInvalid: false },
  hostIpv4LoopbackCidr: { hostIpv4LoopbackCidr: '127.0.0.0/16' },
  inboundTproxyMark: { inboundTproxyMark: 5 },
  inboundTproxyRouteTable: { inboundTproxyRouteTable: 5 },
} as const satisfies Partial<Record<ConfigKey, Partial<Config>>>;

function routingText(config: Config): string {
  return JSON.stringify(expectedRouting(config));
}

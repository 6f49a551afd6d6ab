import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildLayout, defaultConfig } from '../../src/layout/index.ts';
import type { Config } from '../../src/model/config.ts';
import { FAMILIES } from '../../src/model/family.ts';
import { printNft } from '../../src/print/nft/index.ts';
import { chainsOfLayout, chainsOfSave } from './chains.ts';
import { haveKernel, type Kernel, openKernel } from './kernel.ts';

/** A release of each way of writing rules; patches where a patch changed something. */
const RELEASES = [
  '1.0.0',
  '1.2.0',
  '1.4.0',
  '1.5.0',
  '1.6.0',
  '1.7.0',
  '1.8.0',
  '1.9.0',
  '1.10.2',
  '1.11.3',
  '1.12.2',
  '1.14.0',
];
const LATER = ['1.18.0', '1.20.0', '1.21.0', '1.23.0', '1.24.0', '1.25.0', '1.31.0'];
const AMBIENT = ['1.21.0', '1.23.1', '1.24.0', '1.25.0', '1.29.0'];

function everything(version: string): Config {
  return {
    ...defaultConfig(version),
    interceptionMode: 'TPROXY',
    proxyUid: [1337, 0],
    outboundPortsInclude: [8443],
    outboundPortsExclude: [3306],
    outboundIpRangesInclude: ['10.96.5.7/12', 'fd00:1::/64'],
    outboundIpRangesExclude: ['10.1.0.0/16', 'fd00:1::5/128'],
    excludeInterfaces: ['net1', 'net2'],
    rerouteVirtualInterfaces: ['eth1', 'eth2'],
    ownerGroupsInclude: ['2001', '202'],
    redirectDns: true,
    dnsServersV4: ['10.96.0.10', '169.254.20.10'],
    dnsServersV6: ['fd00::a'],
    dropInvalid: true,
    enableIpv6: true,
    hostIpv4LoopbackCidr: '127.0.0.1/8',
  };
}

const CASES: Config[] = [
  ...[...RELEASES, ...LATER].flatMap((version) => [defaultConfig(version), everything(version)]),
  ...AMBIENT.map((version) => ({ ...defaultConfig(version, 'istio-cni', 'ambient'), redirectDns: true })),
];

const NATIVE: Config[] = [
  ...['1.27.0', '1.28.0', '1.31.0'].flatMap((version) => [defaultConfig(version), everything(version)]),
  ...['1.28.0', '1.28.1', '1.29.0'].flatMap((version) => {
    const config = defaultConfig(version, 'istio-cni', 'ambient');
    return [config, { ...config, ingressMode: true, rerouteVirtualInterfaces: ['eth1'], enableIpv6: false }];
  }),
].map((config) => ({ ...config, backend: 'nftables' }));

describe.skipIf(!haveKernel)('the kernel prints a loaded layout back as it was built', () => {
  let kernel: Kernel;
  beforeAll(() => {
    kernel = openKernel('layout');
  });
  afterAll(() => kernel.close());

  it.each(CASES.map((config) => [config.istioVersion, config.dataplane, config.interceptionMode, config] as const))(
    '%s %s %s',
    (...[, , , config]) => {
      const layout = buildLayout(config);
      for (const variant of ['legacy', 'nft'] as const) {
        for (const family of FAMILIES) {
          const save = kernel.roundTrip(variant, family, layout);
          expect(chainsOfSave(save), `${variant} ${family}`).toEqual(chainsOfLayout(layout, family));
        }
      }
    },
  );

  it.each(NATIVE.map((config) => [config.istioVersion, config.dataplane, config] as const))(
    '%s %s in nftables',
    (...[, , config]) => {
      const layout = buildLayout(config);
      expect(kernel.load(printNft(layout.tables))).toBe(printNft(layout.tables));
    },
  );
});

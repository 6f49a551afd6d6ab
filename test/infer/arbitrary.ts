import fc from 'fast-check';
import { defaultConfig, inputsOf, parseRelease } from '../../src/layout/index.ts';
import type { Config, ConfigKey } from '../../src/model/config.ts';

/** One release of every era of the sidecar's iptables layout. */
export const RELEASES = [
  '1.0.9 1.1.17 1.2.10 1.3.8 1.4.10 1.5.1 1.5.2 1.6.14 1.7.8 1.8.6 1.9.5 1.9.9 1.10.1 1.10.6 1.11.2 1.11.8',
  '1.12.1 1.12.9 1.13.9 1.14.6 1.18.7 1.20.8 1.21.6 1.23.6 1.24.6 1.25.5 1.28.10 1.31.0',
].flatMap((line) => line.split(' '));

const port = fc.integer({ min: 1, max: 14999 });
const ports = fc.uniqueArray(port, { maxLength: 5 });
const ids = (from: number) =>
  fc.uniqueArray(fc.integer({ min: from, max: from + 500 }), { minLength: 1, maxLength: 3 });
const names = fc.uniqueArray(fc.constantFrom('net1', 'net2', 'eth1', 'kube-br0'), { maxLength: 2 });
const v4 = fc
  .tuple(fc.integer({ min: 1, max: 126 }), fc.integer({ min: 0, max: 255 }))
  .map(([a, b]) => `${a}.${b}.0.0/16`);
const v6 = fc.integer({ min: 1, max: 0xffff }).map((n) => `fd00:${n.toString(16)}::/32`);
const ranges = fc.uniqueArray(fc.oneof(v4, v6), { maxLength: 5 });
const groups = fc.uniqueArray(fc.integer({ min: 5000, max: 6000 }).map(String), { minLength: 1, maxLength: 3 });
const servers = (prefix: string) =>
  fc.uniqueArray(
    fc.integer({ min: 1, max: 99 }).map((n) => `${prefix}${n}`),
    { maxLength: 2 },
  );
const all = fc.constant('*' as const);

const dns = fc.oneof(
  fc.constant({ redirectDns: false }),
  fc.constant({ redirectDns: true, captureAllDns: true }),
  fc.record({ redirectDns: fc.constant(true), dnsServersV4: servers('10.96.0.'), dnsServersV6: servers('fd00::') }),
);
const ownerGroups = fc.oneof(
  fc.constant({}),
  fc.record({ ownerGroupsInclude: groups }),
  fc.record({ ownerGroupsExclude: groups }),
);

const inputs = fc.record({
  interceptionMode: fc.constantFrom('REDIRECT' as const, 'TPROXY' as const),
  proxyUid: ids(1000),
  proxyGid: ids(2000),
  inboundPortsInclude: fc.oneof(all, ports),
  inboundPortsExclude: ports,
  outboundIpRangesInclude: fc.oneof(all, ranges),
  outboundIpRangesExclude: ranges,
  outboundPortsInclude: ports,
  outboundPortsExclude: ports,
  excludeInterfaces: names,
  rerouteVirtualInterfaces: names.map((some) => some.map((name) => `virt-${name}`)),
  dropInvalid: fc.boolean(),
  enableIpv6: fc.boolean(),
  hostIpv4LoopbackCidr: fc.constantFrom('127.0.0.1/32', '127.0.0.0/8'),
  inboundTproxyMark: fc.constantFrom(1337, 1400),
});

/** Inputs that somebody could have set, with neutral values for those that the release does not have. */
export function configOf(release: string): fc.Arbitrary<Config> {
  const parsed = parseRelease(release);
  if ('error' in parsed) throw new Error(parsed.error);
  const known: ReadonlySet<ConfigKey> = new Set(inputsOf(parsed));
  return fc.tuple(inputs, dns, ownerGroups).map(([some, ofDns, ofGroups]) => {
    const chosen = Object.entries({ ...some, ...ofDns, ...ofGroups }).filter(([key]) => known.has(key as ConfigKey));
    const config: Config = { ...defaultConfig(release), ...Object.fromEntries(chosen) };
    // Without IPv6 rules an IPv6 resolver leaves no trace but that DNS is captured for nobody.
    return config.enableIpv6 ? config : { ...config, dnsServersV6: [] };
  });
}

/** Any release with any inputs. */
export const anyConfig: fc.Arbitrary<Config> = fc.constantFrom(...RELEASES).chain(configOf);

import fc from 'fast-check';
import { buildLayout, defaultConfig, inputsOf, parseRelease, whyNoLayout } from '../../src/layout/index.ts';
import type { Config, ConfigKey } from '../../src/model/config.ts';

/** Any patch of any minor whose layout is known: 1.31 is known as a candidate only. */
const release = fc
  .tuple(fc.integer({ min: 0, max: 31 }), fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 })))
  .map(([minor, patch]) => `1.${minor}.${patch}`);

const flag = fc.boolean();
/** Ports that the head of ISTIO_INBOUND has for other reasons. Nobody can put HBONE there and still be understood. */
const RESERVED: ReadonlySet<number> = new Set([22, 15020, 15021, 15090]);
const port = fc.oneof(
  fc.integer({ min: 1, max: 65535 }),
  fc.constantFrom(22, 53, 80, 443, 3306, 8080, 15000, 15001, 15006, 15008, 15020, 15021, 15053, 15090),
);
const ports = fc.oneof(
  { weight: 4, arbitrary: fc.uniqueArray(port, { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.array(port, { maxLength: 6 }) },
);
const all = fc.constant('*' as const);
const id = fc.oneof(fc.constantFrom(0, 1337, 1000, 1001170000), fc.integer({ min: 0, max: 2 ** 31 }));
const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 3 });
const names = fc.uniqueArray(fc.constantFrom('eth1', 'net1', 'net2', 'k6t-net0', 'br-int', 'veth+'), { maxLength: 3 });
const v4 = fc.oneof(
  fc
    .tuple(fc.nat(0xffff), fc.integer({ min: 8, max: 16 }))
    .map(([n, length]) => `${(n >> 8) & 0xff}.${n & 0xff}.0.0/${length}`),
  fc.nat(0xffff).map((n) => `169.254.${n >> 8}.${n & 0xff}/32`),
  fc.constantFrom('127.0.0.0/8', '127.0.0.1/32', '10.0.0.0/8', '0.0.0.0/0'),
);
const v6 = fc.oneof(
  fc
    .tuple(fc.nat(0xffff), fc.integer({ min: 32, max: 64 }))
    .map(([n, l]) => `fd${(n >> 8).toString(16).padStart(2, '0')}:${(n & 0xff).toString(16)}::/${l}`),
  fc.constantFrom('::1/128', 'fd00::/8', '::/0'),
);
const ranges = fc.uniqueArray(fc.oneof({ weight: 3, arbitrary: v4 }, { weight: 1, arbitrary: v6 }), { maxLength: 4 });
const groups = fc.uniqueArray(fc.integer({ min: 0, max: 70000 }).map(String), { maxLength: 3 });
const servers = (prefix: string) =>
  fc.uniqueArray(
    fc.integer({ min: 1, max: 99 }).map((n) => `${prefix}${n}`),
    { maxLength: 3 },
  );

const sidecar = {
  interceptionMode: fc.constantFrom('REDIRECT' as const, 'TPROXY' as const),
  proxyUid: ids,
  proxyGid: ids,
  proxyPort: port,
  inboundCapturePort: port,
  inboundTunnelPort: port.filter((some) => !RESERVED.has(some)),
  inboundPortsInclude: fc.oneof(all, ports),
  inboundPortsExclude: ports,
  outboundIpRangesInclude: fc.oneof(all, ranges),
  outboundIpRangesExclude: ranges,
  outboundPortsInclude: ports,
  outboundPortsExclude: ports,
  excludeInterfaces: names,
  rerouteVirtualInterfaces: names,
  ownerGroupsInclude: fc.oneof(all, groups),
  ownerGroupsExclude: groups,
  redirectDns: flag,
  captureAllDns: flag,
  dnsServersV4: servers('10.96.0.'),
  dnsServersV6: servers('fd00::'),
  dropInvalid: flag,
  enableIpv6: flag,
  hostIpv4LoopbackCidr: fc.constantFrom('127.0.0.1/32', '127.0.0.0/8', '127.0.0.0/16'),
  inboundTproxyMark: fc.oneof(fc.constantFrom(1337, 1338), fc.integer({ min: 1, max: 0x7fffffff })),
  inboundTproxyRouteTable: fc.integer({ min: 1, max: 250 }),
};

const ambient = {
  interceptionMode: fc.constantFrom('REDIRECT' as const, 'TPROXY' as const),
  redirectDns: flag,
  enableIpv6: flag,
  rerouteVirtualInterfaces: names,
  hostProbeIpv4: fc.constantFrom('169.254.7.127', '169.254.1.1', '10.1.2.3'),
  hostProbeIpv6: fc.constantFrom('fd16:9254:7127:1337:ffff:ffff:ffff:ffff', 'fd00::7'),
  ingressMode: flag,
  dnsProxy: fc.constantFrom('unset' as const, 'enabled' as const, 'disabled' as const),
  scope: fc.constantFrom('pod' as const, 'pod' as const, 'host' as const),
};

type Arbitraries = { readonly [K in ConfigKey]?: fc.Arbitrary<Config[K]> };

/** A few inputs changed at a time, as people do, or about half of them. */
function someOf(inputs: Arbitraries): fc.Arbitrary<Partial<Config>> {
  const few = fc
    .subarray(Object.keys(inputs), { maxLength: 4 })
    .chain((keys) => fc.record(Object.fromEntries(Object.entries(inputs).filter(([key]) => keys.includes(key)))));
  return fc.oneof({ weight: 2, arbitrary: few }, { weight: 1, arbitrary: fc.record(inputs, { requiredKeys: [] }) });
}

const by = fc.constantFrom('istio-init' as const, 'istio-cni' as const);
const backend = fc.constantFrom('iptables' as const, 'nftables' as const);

const drafts: fc.Arbitrary<Config> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(release, by, backend, someOf(sidecar))
      .map(([version, who, kind, inputs]) => configFor({ ...defaultConfig(version, who), backend: kind }, inputs)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(release, backend, someOf(ambient))
      .map(([version, kind, inputs]) =>
        configFor({ ...defaultConfig(version, 'istio-init', 'ambient'), backend: kind }, inputs),
      ),
  },
);

/** A configuration that its release can have been given; inputs that it does not know keep a neutral value. */
function configFor(base: Config, inputs: Partial<Config>): Config {
  const parsed = parseRelease(base.istioVersion);
  if ('error' in parsed) throw new Error(parsed.error);
  const known: ReadonlySet<ConfigKey> = new Set(inputsOf(parsed, base.dataplane));
  return { ...base, ...Object.fromEntries(Object.entries(inputs).filter(([key]) => known.has(key as ConfigKey))) };
}

/**
 * Rules that are also those of a plainer pod, or of one fault less: the exclusion of 22 in the first place is what 1.0 –
 * 1.12 write for everybody, and an excluded 15008 behind another HBONE port what a port returned ahead of it looks like.
 */
function isMistakable({ istioVersion, inboundPortsExclude: ports, inboundTunnelPort }: Config): boolean {
  const minor = Number(istioVersion.split('.')[1]);
  return (minor > 12 && ports[0] === 22) || (minor < 18 && inboundTunnelPort !== 15008 && ports.includes(15008));
}

/** Any configuration of any release, data plane and backend that Istio programs something for. */
export const anyLayout: fc.Arbitrary<Config> = drafts.filter(
  (config) =>
    whyNoLayout(config) === null &&
    !isMistakable(config) &&
    buildLayout(config).tables.some(({ chains }) => chains.length > 0),
);

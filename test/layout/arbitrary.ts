import fc from 'fast-check';
import { CONFIG_KEYS } from '../../src/parse/config/index.ts';

/** A configuration file as somebody would write it: every value in the form of Istio's own flags and annotations. */
export type RawConfig = Readonly<Record<string, string>>;

const release = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: 0, max: 12 })).map(([x, y]) => `1.${x}.${y}`),
  fc.integer({ min: 0, max: 31 }).map((minor) => `1.${minor}`),
  fc.constant('1.31.0-rc.0'),
);

const list = (element: fc.Arbitrary<string>, constraints: { minLength?: number; maxLength: number }) =>
  fc.array(element, constraints).map((elements) => elements.join(','));

const port = fc
  .oneof(fc.integer({ min: 1, max: 65535 }), fc.constantFrom(1, 22, 53, 15001, 15006, 15008, 15020, 15053, 65535))
  .map(String);
const ports = list(port, { maxLength: 17 });
const id = fc
  .oneof(fc.integer({ min: 0, max: 0xfffffffe }), fc.constantFrom(0, 1337, 1000650000, 0xfffffffe))
  .map(String);
const ids = list(id, { minLength: 1, maxLength: 4 });
const flag = fc.constantFrom('true', 'false', '1', '0');

/** Names as the kernel allows them, with what iptables or nft could take for something else. */
const interfaceName = fc.oneof(
  fc.constantFrom(
    'eth0',
    'eth+',
    'eth*',
    'net1',
    'lo',
    'k6t-net0',
    'veth@x',
    'a.b',
    '15',
    'accept',
    'not-lo_',
    '+',
    '*',
  ),
  fc.string({ unit: fc.constantFrom(...'abcXYZ059_.-#;{}()=$%&~^*'), minLength: 1, maxLength: 15 }),
);
const interfaces = list(
  interfaceName.filter((name) => !/^(\.|\.\.)$/.test(name)),
  { maxLength: 4 },
);

const byte = fc.integer({ min: 0, max: 255 });
const address4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'));
const address6 = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
  .map((words) => words.map((word) => word.toString(16)).join(':'));
const range = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(address4, fc.integer({ min: 0, max: 32 })).map(([a, n]) => `${a}/${n}`) },
  { weight: 2, arbitrary: fc.tuple(address6, fc.integer({ min: 0, max: 128 })).map(([a, n]) => `${a}/${n}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('0.0.0.0/0', '::/0', '127.0.0.1/32', '::1/128', '127.0.0.0/8', '10.0.0.0/8'),
  },
);
const ranges = list(range, { maxLength: 6 });
const orAll = (values: fc.Arbitrary<string>) => fc.oneof(fc.constant('*'), values);

/** What can be set, apart from release, data plane, backend and scope. Groups by name need an /etc/group. */
const INPUTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  interceptionMode: fc.constantFrom('REDIRECT', 'TPROXY'),
  proxyUid: ids,
  proxyGid: ids,
  proxyPort: port,
  inboundCapturePort: port,
  // of a set of 53 and 53 nft keeps the braces
  inboundTunnelPort: port.filter((number) => number !== '53'),
  inboundPortsInclude: orAll(ports),
  inboundPortsExclude: ports,
  outboundIpRangesInclude: orAll(ranges),
  outboundIpRangesExclude: ranges,
  outboundPortsInclude: ports,
  outboundPortsExclude: ports,
  excludeInterfaces: interfaces,
  rerouteVirtualInterfaces: interfaces,
  ownerGroupsInclude: orAll(list(id, { maxLength: 5 })),
  ownerGroupsExclude: list(id, { maxLength: 5 }),
  redirectDns: flag,
  captureAllDns: flag,
  dnsServersV4: list(address4, { maxLength: 3 }),
  dnsServersV6: list(address6, { maxLength: 3 }),
  dropInvalid: flag,
  enableIpv6: flag,
  hostIpv4LoopbackCidr: fc
    .tuple(byte, byte, byte, fc.integer({ min: 8, max: 32 }))
    .map(([a, b, c, length]) => `127.${a}.${b}.${c}/${length}`),
  inboundTproxyMark: fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1337, 1338)).map(String),
  hostProbeIpv4: address4,
  hostProbeIpv6: address6,
  ingressMode: flag,
  dnsProxy: fc.constantFrom('unset', 'enabled', 'disabled'),
};

const unknown = Object.keys(INPUTS).filter((key) => !CONFIG_KEYS.some((known) => known.key === key));
if (unknown.length > 0) throw new Error(`no inputs: ${unknown}`);

/** Some of the inputs: a few, as people set them, or about half. */
const inputs = fc.oneof(
  fc
    .subarray(Object.keys(INPUTS), { minLength: 1, maxLength: 4 })
    .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, INPUTS[key] ?? fc.constant('')])))),
  fc.record(INPUTS, { requiredKeys: [] }),
);

/** A configuration of any kind and release, in values that nobody recorded. */
export const rawConfig: fc.Arbitrary<RawConfig> = fc
  .tuple(
    release,
    fc.constantFrom('sidecar', 'sidecar', 'ambient'),
    fc.constantFrom('iptables', 'nftables'),
    fc.constantFrom('pod', 'pod', 'host'),
    inputs,
  )
  .map(([istioVersion, dataplane, backend, scope, some]) => {
    const set = Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined));
    return { istioVersion, dataplane, backend, scope, ...set } as RawConfig;
  });

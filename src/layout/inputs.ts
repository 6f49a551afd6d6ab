import type { Config, ConfigKey } from '../model/config.ts';
import { type Feature, featuresOf } from './eras.ts';
import type { Release } from './release.ts';

const COMMON: readonly ConfigKey[] = [
  'istioVersion',
  'dataplane',
  'backend',
  'interceptionMode',
  'enableIpv6',
  'redirectDns',
];

const SIDECAR: readonly ConfigKey[] = [
  'proxyUid',
  'proxyGid',
  'proxyPort',
  'inboundCapturePort',
  'inboundTunnelPort',
  'inboundPortsInclude',
  'inboundPortsExclude',
  'outboundIpRangesInclude',
  'outboundIpRangesExclude',
  'outboundPortsInclude',
  'outboundPortsExclude',
  'excludeInterfaces',
  'rerouteVirtualInterfaces',
  'ownerGroupsInclude',
  'ownerGroupsExclude',
  'captureAllDns',
  'dnsServersV4',
  'dnsServersV6',
  'dropInvalid',
  'hostIpv4LoopbackCidr',
  'inboundTproxyMark',
  'inboundTproxyRouteTable',
];

const AMBIENT: readonly ConfigKey[] = [
  'rerouteVirtualInterfaces',
  'hostProbeIpv4',
  'hostProbeIpv6',
  'ingressMode',
  'dnsProxy',
  'scope',
];

/** The change that gave an input to a data plane, for inputs that not every release has. */
type Arrivals = Readonly<Partial<Record<ConfigKey, Feature>>>;

const SIDECAR_ARRIVALS: Arrivals = {
  backend: 'native-nftables',
  redirectDns: 'dns-input',
  inboundCapturePort: 'capture-port-for-all-ports',
  inboundTunnelPort: 'tunnel-return',
  outboundPortsInclude: 'outbound-port-includes',
  outboundPortsExclude: 'outbound-port-excludes',
  excludeInterfaces: 'exclude-interfaces',
  rerouteVirtualInterfaces: 'virtual-interfaces',
  ownerGroupsInclude: 'owner-groups',
  ownerGroupsExclude: 'owner-groups',
  captureAllDns: 'dns-capture-all',
  dnsServersV4: 'dns-by-resolver',
  dnsServersV6: 'families-alike',
  dropInvalid: 'drop-invalid',
  hostIpv4LoopbackCidr: 'loopback-cidr',
};

const AMBIENT_ARRIVALS: Arrivals = {
  backend: 'ambient-native-nftables',
  interceptionMode: 'ambient-redirect',
  enableIpv6: 'ambient-ipv6',
  hostProbeIpv6: 'ambient-ipv6',
  ingressMode: 'ambient-ingress',
  dnsProxy: 'ambient-pod-options',
  rerouteVirtualInterfaces: 'ambient-pod-options',
};

/** Whether some release of the data plane has the input. */
export function isInputOf(dataplane: Config['dataplane'], key: ConfigKey): boolean {
  return [...COMMON, ...(dataplane === 'sidecar' ? SIDECAR : AMBIENT)].includes(key);
}

/** The inputs that make a difference to a data plane of the release. */
export function inputsOf(release: Release, dataplane: Config['dataplane'] = 'sidecar'): ConfigKey[] {
  const has = featuresOf(release);
  const [own, arrivals] = dataplane === 'sidecar' ? [SIDECAR, SIDECAR_ARRIVALS] : [AMBIENT, AMBIENT_ARRIVALS];
  // 1.25 took the choice of the mode away from ambient again.
  const fixed = dataplane === 'ambient' && !has('ambient-tproxy') ? 'interceptionMode' : null;
  return [...COMMON, ...own].filter((key) => {
    const arrival = arrivals[key];
    return key !== fixed && (arrival === undefined || has(arrival));
  });
}

import type { Config, ConfigKey } from '../model/config.ts';
import { type Features, featuresOf } from './eras.ts';
import { parseRelease, type Release } from './release.ts';

/** Who programmed the pod: the init container, or the CNI plugin. They take different defaults for the same pod. */
export type Programmer = 'istio-init' | 'istio-cni';

/** The inputs of each data plane that some releases do not have, and what gave them to it. */
const SINCE: Readonly<Partial<Record<ConfigKey, Parameters<Features>[0]>>> = {
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
  inboundCapturePort: 'capture-port-for-all-ports',
  redirectDns: 'dns-input',
};

/** The inputs that make a difference to a sidecar of the release. */
export function inputsOf(release: Release): ConfigKey[] {
  const has = featuresOf(release);
  return SIDECAR_KEYS.filter((key) => {
    const feature = SINCE[key];
    return feature === undefined || has(feature);
  });
}

const SIDECAR_KEYS: readonly ConfigKey[] = [
  'istioVersion',
  'dataplane',
  'backend',
  'interceptionMode',
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
  'redirectDns',
  'captureAllDns',
  'dnsServersV4',
  'dnsServersV6',
  'dropInvalid',
  'enableIpv6',
  'hostIpv4LoopbackCidr',
  'inboundTproxyMark',
  'inboundTproxyRouteTable',
];

/**
 * What Istio programs when nobody configured anything: the arguments of the injection template of the release, or the
 * values that istio-cni takes. Inputs that the release does not have hold a neutral value. 1.0 – 1.2 captured the
 * ports that the pod's containers declare, which nothing here can know; `*` stands for them.
 */
export function defaultConfig(istioVersion: string, programmer: Programmer = 'istio-init'): Config {
  const release = parseRelease(istioVersion);
  if ('error' in release) throw new RangeError(release.error);
  const has = featuresOf(release);
  return {
    ...NEUTRAL,
    istioVersion,
    inboundPortsExclude:
      has('cni-default-excludes') && programmer === 'istio-cni' ? [15020, 15021, 15090] : excludedPorts(has),
    outboundPortsExclude: programmer === 'istio-cni' && has('cni-default-excludes') ? [15020] : [],
    inboundCapturePort: has('capture-port-for-all-ports') ? 15006 : 15001,
  };
}

function excludedPorts(has: Features): number[] {
  if (has('prometheus-port-excluded')) return [15090, 15021, 15020];
  return has('status-port-excluded') ? [15020] : [];
}

const NEUTRAL: Config = {
  istioVersion: '',
  dataplane: 'sidecar',
  backend: 'iptables',
  interceptionMode: 'REDIRECT',
  proxyUid: [1337],
  proxyGid: [1337],
  proxyPort: 15001,
  inboundCapturePort: 15006,
  inboundTunnelPort: 15008,
  inboundPortsInclude: '*',
  inboundPortsExclude: [],
  outboundIpRangesInclude: '*',
  outboundIpRangesExclude: [],
  outboundPortsInclude: [],
  outboundPortsExclude: [],
  excludeInterfaces: [],
  rerouteVirtualInterfaces: [],
  ownerGroupsInclude: '*',
  ownerGroupsExclude: [],
  redirectDns: false,
  captureAllDns: false,
  dnsServersV4: [],
  dnsServersV6: [],
  dropInvalid: false,
  enableIpv6: false,
  hostIpv4LoopbackCidr: '127.0.0.1/32',
  inboundTproxyMark: 1337,
  inboundTproxyRouteTable: 133,
  hostProbeIpv4: '169.254.7.127',
  hostProbeIpv6: 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff',
  ingressMode: false,
  dnsProxy: 'unset',
  scope: 'pod',
};

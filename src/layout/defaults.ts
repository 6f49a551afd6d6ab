import { TPROXY_MARK, TPROXY_TABLE } from '../istio/marks.ts';
import { PORT } from '../istio/ports.ts';
import { PROXY_ID } from '../istio/proxy.ts';
import type { Config } from '../model/config.ts';
import { type Features, featuresFor } from './eras.ts';
import { excludedInbound, type Programmer } from './inbound-exclusions.ts';

/**
 * What Istio programs when nobody configured anything: for a sidecar the arguments of the release's injection template
 * or the values that istio-cni takes, for ambient those of its chart. Inputs that the release does not have hold a
 * neutral value. 1.0 – 1.2 captured the ports that the pod's containers declare, which nothing here can know; `*`
 * stands for them. Throws a RangeError when `istioVersion` is no release.
 */
export function defaultConfig(
  istioVersion: string,
  programmer: Programmer = 'istio-init',
  dataplane: Config['dataplane'] = 'sidecar',
): Config {
  const has = featuresFor(istioVersion);
  const own = dataplane === 'ambient' ? ambientDefaults(has) : sidecarDefaults(has, programmer);
  return { ...NEUTRAL, istioVersion, dataplane, ...own };
}

function sidecarDefaults(has: Features, programmer: Programmer): Partial<Config> {
  const inboundCapturePort = has('capture-port-for-all-ports') ? PORT.inbound : PORT.outbound;
  const inboundPortsExclude = excludedInbound({ excluded: [] }, has, programmer);
  const cni = programmer === 'istio-cni' && has('cni-default-excludes');
  if (!cni) return { inboundCapturePort, inboundPortsExclude };
  return {
    inboundCapturePort,
    inboundPortsExclude,
    outboundPortsExclude: [PORT.status],
    // The plugin cannot see the pod's resolv.conf, so DNS capture there means every server.
    captureAllDns: has('dns-capture-all'),
  };
}

function ambientDefaults(has: Features): Partial<Config> {
  return {
    interceptionMode: has('ambient-redirect-default') ? 'REDIRECT' : 'TPROXY',
    enableIpv6: has('ambient-ipv6'),
    redirectDns: has('ambient-dns-default'),
    inboundPortsExclude: [],
  };
}

const NEUTRAL: Config = {
  istioVersion: '',
  dataplane: 'sidecar',
  backend: 'iptables',
  interceptionMode: 'REDIRECT',
  proxyUid: [PROXY_ID],
  proxyGid: [PROXY_ID],
  proxyPort: PORT.outbound,
  inboundCapturePort: PORT.inbound,
  inboundTunnelPort: PORT.hbone,
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
  inboundTproxyMark: TPROXY_MARK,
  inboundTproxyRouteTable: TPROXY_TABLE,
  hostProbeIpv4: '169.254.7.127',
  hostProbeIpv6: 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff',
  ingressMode: false,
  dnsProxy: 'unset',
  scope: 'pod',
};

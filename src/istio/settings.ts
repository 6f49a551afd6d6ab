import type { ConfigKey } from '../model/config.ts';

/** By input, the name of what sets it. */
type Setting = Readonly<Partial<Record<ConfigKey, string>>>;

/** Annotations of the pod template, each with the input that it is. */
export const SIDECAR_ANNOTATIONS: Setting = {
  inboundPortsInclude: 'traffic.sidecar.istio.io/includeInboundPorts',
  inboundPortsExclude: 'traffic.sidecar.istio.io/excludeInboundPorts',
  outboundIpRangesInclude: 'traffic.sidecar.istio.io/includeOutboundIPRanges',
  outboundIpRangesExclude: 'traffic.sidecar.istio.io/excludeOutboundIPRanges',
  outboundPortsInclude: 'traffic.sidecar.istio.io/includeOutboundPorts',
  outboundPortsExclude: 'traffic.sidecar.istio.io/excludeOutboundPorts',
  excludeInterfaces: 'traffic.sidecar.istio.io/excludeInterfaces',
  interceptionMode: 'sidecar.istio.io/interceptionMode',
};

/** Variables of istio-proxy and istio-init, set as proxyMetadata. */
export const PROXY_METADATA: Setting = {
  ownerGroupsInclude: 'ISTIO_OUTBOUND_OWNER_GROUPS',
  ownerGroupsExclude: 'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE',
  redirectDns: 'ISTIO_META_DNS_CAPTURE',
  captureAllDns: 'CAPTURE_ALL_DNS',
  dropInvalid: 'INVALID_DROP',
  hostIpv4LoopbackCidr: 'ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR',
  inboundTproxyMark: 'ISTIO_INBOUND_TPROXY_MARK',
  inboundTproxyRouteTable: 'ISTIO_INBOUND_TPROXY_ROUTE_TABLE',
};

/** Annotations of pods in ambient, which has a setting for few inputs. */
export const AMBIENT_ANNOTATIONS: Setting = {
  redirectDns: 'ambient.istio.io/dns-capture',
  dnsProxy: 'ambient.istio.io/dns-capture',
  ingressMode: 'ambient.istio.io/bypass-inbound-capture',
};

/** Settings of the whole mesh, which single pods do not have. */
export const MESH_SETTINGS: Setting = {
  proxyPort: 'meshConfig.proxyListenPort',
  inboundCapturePort: 'meshConfig.proxyInboundListenPort',
};

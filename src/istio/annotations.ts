import type { ConfigKey } from '../model/config.ts';

/** The annotations on a pod that say what is captured of it, and what is not. */
export const ANNOTATIONS = {
  inboundPortsInclude: 'traffic.sidecar.istio.io/includeInboundPorts',
  inboundPortsExclude: 'traffic.sidecar.istio.io/excludeInboundPorts',
  outboundIpRangesInclude: 'traffic.sidecar.istio.io/includeOutboundIPRanges',
  outboundIpRangesExclude: 'traffic.sidecar.istio.io/excludeOutboundIPRanges',
  outboundPortsInclude: 'traffic.sidecar.istio.io/includeOutboundPorts',
  outboundPortsExclude: 'traffic.sidecar.istio.io/excludeOutboundPorts',
  excludeInterfaces: 'traffic.sidecar.istio.io/excludeInterfaces',
  ingressMode: 'ambient.istio.io/bypass-inbound-capture',
} as const satisfies Partial<Record<ConfigKey, string>>;

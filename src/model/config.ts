/** What the expected layout is built from: the configuration file of the command-line contract, checked and split. */
export interface Config {
  /** `X.Y.Z`, possibly with a pre-release suffix. */
  readonly istioVersion: string;
  readonly dataplane: 'sidecar' | 'ambient';
  readonly backend: 'iptables' | 'nftables';
  readonly interceptionMode: 'REDIRECT' | 'TPROXY';
  /** Comma lists of ids, order and duplicates kept: Istio programs one triple of rules for each. */
  readonly proxyUid: readonly number[];
  readonly proxyGid: readonly number[];
  readonly proxyPort: number;
  readonly inboundCapturePort: number;
  readonly inboundTunnelPort: number;
  /** `*`, or the listed ports (empty: no inbound capture). */
  readonly inboundPortsInclude: '*' | readonly number[];
  readonly inboundPortsExclude: readonly number[];
  /** `*`, or CIDRs as written (empty: nothing is captured). */
  readonly outboundIpRangesInclude: '*' | readonly string[];
  readonly outboundIpRangesExclude: readonly string[];
  readonly outboundPortsInclude: readonly number[];
  readonly outboundPortsExclude: readonly number[];
  readonly excludeInterfaces: readonly string[];
  readonly rerouteVirtualInterfaces: readonly string[];
  /** `*`, or group ids or names (names are resolved where the rules are loaded). */
  readonly ownerGroupsInclude: '*' | readonly string[];
  readonly ownerGroupsExclude: readonly string[];
  readonly redirectDns: boolean;
  readonly captureAllDns: boolean;
  readonly dnsServersV4: readonly string[];
  readonly dnsServersV6: readonly string[];
  readonly dropInvalid: boolean;
  readonly enableIpv6: boolean;
  readonly hostIpv4LoopbackCidr: string;
  readonly inboundTproxyMark: number;
  readonly inboundTproxyRouteTable: number;
  /** Ambient: the address the node's probes come from, per family. */
  readonly hostProbeIpv4: string;
  readonly hostProbeIpv6: string;
  /** Ambient: the pod bypasses inbound capture (annotation ambient.istio.io/bypass-inbound-capture). */
  readonly ingressMode: boolean;
  /** Ambient: the pod's own word on DNS capture (annotation ambient.istio.io/dns-capture). */
  readonly dnsProxy: 'unset' | 'enabled' | 'disabled';
  /** Ambient: the pod's namespace, or the node's. */
  readonly scope: 'pod' | 'host';
}

/** The names of the inputs, spelled as in the configuration file. */
export type ConfigKey = keyof Config;

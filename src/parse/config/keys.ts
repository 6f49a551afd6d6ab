import type { ConfigKey } from '../../model/config.ts';

/** The form of an input, which decides how its text is read. */
export type InputKind =
  | 'release'
  | 'choice'
  | 'boolean'
  | 'port'
  | 'ports'
  | 'ports-or-all'
  | 'ids'
  | 'ranges'
  | 'ranges-or-all'
  | 'interfaces'
  | 'groups'
  | 'groups-or-all'
  | 'servers-ipv4'
  | 'servers-ipv6'
  | 'loopback-range'
  | 'mark'
  | 'route-table'
  | 'address-ipv4'
  | 'address-ipv6';

/** One input: what commands, files and pages need to know to offer it. */
export interface InputDescription {
  readonly key: ConfigKey;
  readonly kind: InputKind;
  /** Without the leading dashes. */
  readonly flag: string;
  readonly environment: string;
  /** One line; names Istio's own flag, variable or annotation. */
  readonly description: string;
  /** The allowed values of a `choice`. */
  readonly options?: readonly string[];
}

type Row = readonly [ConfigKey, InputKind, string, (readonly string[])?];

const ROWS: readonly Row[] = [
  ['istioVersion', 'release', 'Istio release that programmed the pod, such as 1.28.10'],
  ['dataplane', 'choice', 'data plane of the pod', ['sidecar', 'ambient']],
  [
    'backend',
    'choice',
    'iptables (either variant) or Istio’s own nftables tables (nativeNftables)',
    ['iptables', 'nftables'],
  ],
  ['interceptionMode', 'choice', 'sidecar.istio.io/interceptionMode, -m', ['REDIRECT', 'TPROXY']],
  ['proxyUid', 'ids', 'uids of the proxy, -u'],
  ['proxyGid', 'ids', 'gids of the proxy, -g; the uids when it is not given'],
  ['proxyPort', 'port', 'outbound port of the proxy, -p'],
  ['inboundCapturePort', 'port', 'inbound port of the proxy, -z'],
  ['inboundTunnelPort', 'port', 'HBONE port, -e'],
  [
    'inboundPortsInclude',
    'ports-or-all',
    'traffic.sidecar.istio.io/includeInboundPorts, -b: * or ports; empty for no inbound capture',
  ],
  [
    'inboundPortsExclude',
    'ports',
    'traffic.sidecar.istio.io/excludeInboundPorts, to which Istio adds reserved ports; in a --config file exact (-d)',
  ],
  ['outboundIpRangesInclude', 'ranges-or-all', 'traffic.sidecar.istio.io/includeOutboundIPRanges, -i: * or CIDRs'],
  ['outboundIpRangesExclude', 'ranges', 'traffic.sidecar.istio.io/excludeOutboundIPRanges, -x'],
  ['outboundPortsInclude', 'ports', 'traffic.sidecar.istio.io/includeOutboundPorts, -q'],
  ['outboundPortsExclude', 'ports', 'traffic.sidecar.istio.io/excludeOutboundPorts, -o'],
  ['excludeInterfaces', 'interfaces', 'traffic.sidecar.istio.io/excludeInterfaces, -c'],
  [
    'rerouteVirtualInterfaces',
    'interfaces',
    'istio.io/reroute-virtual-interfaces (kubevirtInterfaces before 1.25), -k',
  ],
  ['ownerGroupsInclude', 'groups-or-all', 'ISTIO_OUTBOUND_OWNER_GROUPS: * or groups whose traffic is captured'],
  ['ownerGroupsExclude', 'groups', 'ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: groups whose traffic is not captured'],
  ['redirectDns', 'boolean', 'ISTIO_META_DNS_CAPTURE (ambient: the agent’s DNS capture)'],
  ['captureAllDns', 'boolean', 'CAPTURE_ALL_DNS: queries to any server, not only to those of resolv.conf'],
  ['dnsServersV4', 'servers-ipv4', 'IPv4 name servers in the pod’s resolv.conf'],
  ['dnsServersV6', 'servers-ipv6', 'IPv6 name servers in the pod’s resolv.conf'],
  ['dropInvalid', 'boolean', 'INVALID_DROP: drop packets that conntrack calls INVALID'],
  ['enableIpv6', 'boolean', 'rules for IPv6 too; Istio derives it from the addresses of the pod'],
  ['hostIpv4LoopbackCidr', 'loopback-range', 'ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR, 127.0.0.1/32 or wider'],
  ['inboundTproxyMark', 'mark', 'mark of TPROXY mode, -t'],
  ['inboundTproxyRouteTable', 'route-table', 'routing table of TPROXY mode, -r'],
  ['hostProbeIpv4', 'address-ipv4', 'ambient: HOST_PROBE_SNAT_IP, the address that the node’s probes come from'],
  ['hostProbeIpv6', 'address-ipv6', 'ambient: HOST_PROBE_SNAT_IPV6'],
  ['ingressMode', 'boolean', 'ambient: ambient.istio.io/bypass-inbound-capture'],
  ['dnsProxy', 'choice', 'ambient: ambient.istio.io/dns-capture', ['unset', 'enabled', 'disabled']],
  ['scope', 'choice', 'ambient: the namespace of the pod or that of its node', ['pod', 'host']],
];

/** All inputs, in the order of the configuration file. Flags and variables follow from the key. */
export const CONFIG_KEYS: readonly InputDescription[] = ROWS.map(([key, kind, description, options]) => ({
  key,
  kind,
  flag: words(key).join('-'),
  environment: `ISTIO_NAT_${words(key).join('_').toUpperCase()}`,
  description,
  ...(options && { options }),
}));

/** What is known about a key; undefined for a name that is no input. */
export function describeInput(key: string): InputDescription | undefined {
  return CONFIG_KEYS.find((input) => input.key === key);
}

function words(key: string): string[] {
  return key.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
}

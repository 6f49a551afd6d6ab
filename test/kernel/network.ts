/** The addresses of the pod and of the other side of its veth. */
export const POD_IPV4 = '10.77.0.5';
export const POD_IPV6 = 'fd77::5';
export const PEER_IPV4 = '10.77.0.9';
export const PEER_IPV6 = 'fd77::9';

/** What the kernel makes of POD_MAC. */
export const POD_LINK_LOCAL = 'fe80::ff:fe00:5';

/** The agent sends frames to this address (agent/observe.py). */
const POD_MAC = '02:00:00:00:00:05';
const PEER_MAC = '02:00:00:00:00:09';

/** Destinations for which the peer stands in: documentation ranges, cluster addresses, Istio's virtual addresses. */
const PEER_RANGES_V4 = ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24', '10.96.0.0/12', '240.240.0.0/16'];
const PEER_RANGES_V6 = ['2001:db8::/32'];

/** What a pod's network looks like beyond eth0. */
export interface NetworkOptions {
  /** Default true. */
  readonly ipv6?: boolean;
  /** Further interfaces, each a veth to the peer (virtual or excluded interfaces). */
  readonly interfaces?: readonly string[];
  /** Further addresses of eth0, behind its own, so that REDIRECT does not choose them. */
  readonly addresses?: readonly string[];
  /** `::6/128` on lo, as istio-init adds it. */
  readonly passthroughIpv6?: boolean;
}

/** `ip -batch` lines for the peer's side; they create the pod's interfaces too. `pod` is a path to its namespace. */
export function peerNetwork(options: NetworkOptions, pod: string): string[] {
  const ipv6 = options.ipv6 ?? true;
  return [
    'link set lo up',
    ...['eth0', ...(options.interfaces ?? [])].flatMap((name) => [
      `link add ${name} address ${PEER_MAC} type veth peer name ${name} address ${POD_MAC} netns ${pod}`,
      `link set ${name} up`,
    ]),
    `addr add ${PEER_IPV4}/24 dev eth0`,
    `neigh add ${POD_IPV4} lladdr ${POD_MAC} dev eth0`,
    ...PEER_RANGES_V4.map((range) => `route add local ${range} dev lo`),
    ...(ipv6 ? [`addr add ${PEER_IPV6}/64 dev eth0 nodad`, `neigh add ${POD_IPV6} lladdr ${POD_MAC} dev eth0`] : []),
    ...(ipv6 ? PEER_RANGES_V6.map((range) => `route add local ${range} dev lo`) : []),
  ];
}

/** `ip -batch` lines for the pod's side. */
export function podNetwork(options: NetworkOptions): string[] {
  const ipv6 = options.ipv6 ?? true;
  return [
    'link set lo up',
    'link set eth0 up',
    `addr add ${POD_IPV4}/24 dev eth0`,
    `neigh add ${PEER_IPV4} lladdr ${PEER_MAC} dev eth0`,
    `route add default via ${PEER_IPV4}`,
    ...(ipv6 ? [`addr add ${POD_IPV6}/64 dev eth0 nodad`, `neigh add ${PEER_IPV6} lladdr ${PEER_MAC} dev eth0`] : []),
    ...(ipv6 ? [`route add default via ${PEER_IPV6}`] : []),
    ...(options.addresses ?? []).map(
      (address) => `addr add ${address}${address.includes(':') ? '/128 nodad' : '/32'} dev eth0`,
    ),
    ...(options.passthroughIpv6 ? ['addr add ::6/128 dev lo nodad'] : []),
    ...(options.interfaces ?? []).flatMap((name, position) => [
      `link set ${name} up`,
      `addr add 10.78.${position}.5/24 dev ${name}`,
      // behind eth0's routes; it is here for packets that are bound to the interface
      `route add default dev ${name} metric ${1000 + position}`,
      ...(ipv6 ? [`addr add fd78:${position + 1}::5/64 dev ${name} nodad`] : []),
      ...(ipv6 ? [`route add ::/0 dev ${name} metric ${2000 + position}`] : []),
    ]),
  ];
}

/** The pod's own addresses, which REDIRECT chooses from. */
export function ownAddresses(options: NetworkOptions): ReadonlySet<string> {
  const others = (options.interfaces ?? []).flatMap((_, n) => [`10.78.${n}.5`, `fd78:${n + 1}::5`]);
  const more = options.addresses ?? [];
  return new Set([POD_IPV4, POD_IPV6, POD_LINK_LOCAL, '127.0.0.1', '::1', ...others, ...more]);
}

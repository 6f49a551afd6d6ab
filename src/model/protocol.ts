/**
 * Protocol numbers by the names that iptables and nft print: the protocols file of Debian's netbase, which iptables
 * asks, and iptables' own names for what that file leaves out. The first name of a number is the one printed.
 */
const PROTOCOLS: Readonly<Record<string, number>> = {
  all: 0,
  hopopt: 0,
  icmp: 1,
  igmp: 2,
  ggp: 3,
  ipencap: 4,
  st: 5,
  tcp: 6,
  egp: 8,
  igp: 9,
  pup: 12,
  udp: 17,
  hmp: 20,
  'xns-idp': 22,
  rdp: 27,
  'iso-tp4': 29,
  dccp: 33,
  xtp: 36,
  ddp: 37,
  'idpr-cmtp': 38,
  ipv6: 41,
  'ipv6-route': 43,
  'ipv6-frag': 44,
  idrp: 45,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  skip: 57,
  'ipv6-icmp': 58,
  icmpv6: 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  rspf: 73,
  vmtp: 81,
  eigrp: 88,
  ospf: 89,
  'ax.25': 93,
  ipip: 94,
  etherip: 97,
  encap: 98,
  pim: 103,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  isis: 124,
  sctp: 132,
  fc: 133,
  'mobility-header': 135,
  mh: 135,
  'ipv6-mh': 135,
  udplite: 136,
  'mpls-in-ip': 137,
  manet: 138,
  hip: 139,
  shim6: 140,
  wesp: 141,
  rohc: 142,
  ethernet: 143,
};

const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(PROTOCOLS));

/** Protocols with source and destination ports at the start of their header. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);

export const TCP = 6;
export const UDP = 17;

/** The number of a protocol given by name or as 0–255, or null. */
export function protocolNumber(text: string): number | null {
  const known = NUMBERS.get(text);
  if (known !== undefined) return known;
  return /^[0-9]{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : null;
}

/** The name that iptables prints for a protocol number, or the number as text. */
export function protocolName(number: number): string {
  if (number === 58) return 'ipv6-icmp';
  return Object.keys(PROTOCOLS).find((name) => PROTOCOLS[name] === number) ?? String(number);
}

/** Whether packets of the protocol carry ports. */
export function hasPorts(protocol: number): boolean {
  return WITH_PORTS.has(protocol);
}

/** Protocol numbers by the names that iptables and nft print (IANA assigned numbers). */
const PROTOCOLS: Readonly<Record<string, number>> = {
  all: 0,
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  icmpv6: 58,
  ipcomp: 108,
  sctp: 132,
  mh: 135,
  udplite: 136,
};

/** Protocols with source and destination ports at the start of their header. */
const WITH_PORTS: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);

export const TCP = 6;
export const UDP = 17;

/** The number of a protocol given by name or as 0–255, or null. */
export function protocolNumber(text: string): number | null {
  const known = Object.hasOwn(PROTOCOLS, text) ? PROTOCOLS[text] : undefined;
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

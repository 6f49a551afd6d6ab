/** Packets of the kinds that rules tell apart: in and out, of the application and the proxy, DNS, probes, replies. */
const PACKETS: readonly object[] = [
  { hook: 'OUTPUT', destination: '203.0.113.7', destinationPort: 443, outInterface: 'eth0', uid: 1000, gid: 1000 },
  { hook: 'OUTPUT', destination: '203.0.113.7', destinationPort: 443, outInterface: 'eth0', uid: 1337, gid: 1337 },
  { hook: 'OUTPUT', destination: '10.0.0.5', destinationPort: 8080, outInterface: 'lo', uid: 1337, gid: 1337 },
  { hook: 'OUTPUT', destination: '127.0.0.1', destinationPort: 8080, outInterface: 'lo', uid: 1000 },
  { hook: 'OUTPUT', protocol: 'udp', destination: '10.96.0.10', destinationPort: 53, outInterface: 'eth0', uid: 1000 },
  { hook: 'OUTPUT', destination: '10.1.2.3', destinationPort: 3306, outInterface: 'eth0', mark: 1337, uid: null },
  { hook: 'OUTPUT', destination: '2001:db8::7', destinationPort: 443, outInterface: 'eth0', uid: 1000 },
  { hook: 'PREROUTING', source: '10.0.0.9', destination: '10.0.0.5', destinationPort: 8080, inInterface: 'eth0' },
  { hook: 'PREROUTING', source: '10.0.0.9', destination: '10.0.0.5', destinationPort: 15008, inInterface: 'eth0' },
  { hook: 'PREROUTING', source: '169.254.7.127', destination: '10.0.0.5', destinationPort: 80, inInterface: 'eth0' },
  { hook: 'PREROUTING', source: '10.0.0.9', destination: '10.0.0.5', destinationPort: 80, ctState: 'ESTABLISHED' },
  { hook: 'PREROUTING', source: '10.0.0.9', destination: '10.0.0.5', destinationPort: 80, ctState: 'INVALID' },
  { hook: 'PREROUTING', source: '2001:db8::9', destination: '2001:db8::5', destinationPort: 80, inInterface: 'eth0' },
  { hook: 'PREROUTING', protocol: 'icmp', source: '10.0.0.9', destination: '10.0.0.5', inInterface: 'eth0' },
  { hook: 'OUTPUT', protocol: 'tcp', destination: '203.0.113.7' },
];

/** The text for `--packets`, with a line that is no packet. */
export const packetsText = `${PACKETS.map((packet) => JSON.stringify(full(packet))).join('\n')}\n{"hook":"INPUT"}\n`;

/** One packet, as arguments. */
export const packetArguments =
  '--hook OUTPUT --destination 203.0.113.7 --destination-port 443 --out-interface eth0 --uid 1000'.split(' ');

/** One that comes in, as arguments. */
export const inboundArguments =
  '--hook PREROUTING --source 10.0.0.9 --destination 10.0.0.5 --destination-port 8080 --in-interface eth0'.split(' ');

function full(packet: object): object {
  const family = JSON.stringify(packet).includes('2001:') ? 'ipv6' : 'ipv4';
  const source = family === 'ipv6' ? '2001:db8::5' : '10.0.0.5';
  return { family, protocol: 'tcp', source, sourcePort: 40000, ...packet };
}

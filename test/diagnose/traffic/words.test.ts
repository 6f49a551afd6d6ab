import { describe, expect, it } from 'vitest';
import { rangesInWords } from '../../../src/diagnose/traffic/ranges.ts';
import { contrastInWords, packetsInWords, verdictInWords } from '../../../src/diagnose/traffic/words.ts';

describe('packets in words', () => {
  const inbound = (packets: Record<string, string>) => packetsInWords({ hook: 'PREROUTING', family: 'ipv4', packets });
  const outbound = (packets: Record<string, string>) => packetsInWords({ hook: 'OUTPUT', family: 'ipv4', packets });

  it.each([
    [{}, 'Inbound traffic'],
    [{ protocol: 'tcp', destinationPort: '8080' }, 'Inbound tcp traffic to port 8080'],
    [{ protocol: 'tcp', destinationPort: '8080,9000-9010' }, 'Inbound tcp traffic to ports 8080, 9000-9010'],
    [{ protocol: 'tcp', destinationPort: 'all except 22,80' }, 'Inbound tcp traffic to any port but 22, 80'],
    [{ protocol: 'all except tcp,udp' }, 'Inbound traffic other than tcp, udp'],
    [{ protocol: 'tcp,udp' }, 'Inbound tcp, udp traffic'],
    [{ inInterface: 'net1' }, 'Inbound traffic over net1'],
    [{ inInterface: 'all except eth0,lo' }, 'Inbound traffic over any interface but eth0, lo'],
    [{ source: 'all except 127.0.0.6' }, 'Inbound traffic'],
    [{ source: '10.0.0.0-10.255.255.255' }, 'Inbound traffic from 10.0.0.0/8'],
    [{ mark: '0x0,0x539' }, 'Inbound traffic'],
    [{ mark: '0x539' }, 'Inbound traffic with mark 0x539'],
    [{ connmark: '0x111' }, 'Inbound traffic with connection mark 0x111'],
    [{ ctState: 'ESTABLISHED,RELATED' }, 'Inbound traffic in state ESTABLISHED, RELATED'],
    [{ sourcePort: '53' }, 'Inbound traffic from port 53'],
  ])('%j: %s', (packets, words) => expect(inbound(packets)).toBe(words));

  it.each([
    [{ uid: '0' }, 'Outbound traffic of uid 0'],
    [{ uid: 'all except 1337', gid: 'all except 1337' }, 'Outbound traffic of any uid and gid but 1337'],
    [{ uid: '1337', gid: '1337' }, 'Outbound traffic of uid and gid 1337'],
    [{ uid: 'all except 1337', gid: '3000' }, 'Outbound traffic of any uid but 1337 and of gid 3000'],
    [{ socket: 'none' }, 'Outbound traffic of no socket'],
    [
      { destination: 'all except 127.0.0.1', outInterface: 'lo' },
      'Outbound traffic to any address but 127.0.0.1 over lo',
    ],
  ])('%j: %s', (packets, words) => expect(outbound(packets)).toBe(words));

  it('says the family when it is not IPv4', () => {
    const words = packetsInWords({ hook: 'OUTPUT', family: 'ipv6', packets: { protocol: 'udp', destination: '::1' } });
    expect(words).toBe('Outbound IPv6 udp traffic to ::1');
  });
});

describe('a range in words', () => {
  it.each([
    ['10.0.0.1', 'ipv4', '10.0.0.1'],
    ['10.96.0.0-10.111.255.255', 'ipv4', '10.96.0.0/12'],
    ['0.0.0.0-255.255.255.255', 'ipv4', '0.0.0.0/0'],
    ['10.0.0.1-10.0.0.2', 'ipv4', '10.0.0.1-10.0.0.2'],
    ['10.0.0.0-10.0.0.2', 'ipv4', '10.0.0.0-10.0.0.2'],
    ['2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'ipv6', '2001:db8::/32'],
    ['no-address', 'ipv4', 'no-address'],
  ] as const)('%s (%s): %s', (range, family, words) => expect(rangesInWords([range], family)[0]).toBe(words));
});

describe('verdicts in words', () => {
  it.each([
    [{ kind: 'accept' }, 'is left alone'],
    [{ kind: 'drop' }, 'is dropped'],
    [{ kind: 'reject' }, 'is rejected'],
    [{ kind: 'redirect', port: 15006 }, 'is redirected to port 15006'],
    [{ kind: 'redirect' }, 'is redirected to the pod itself'],
    [{ kind: 'tproxy', port: 15006 }, 'is handed to port 15006 (TPROXY)'],
    [{ kind: 'dnat', to: '10.0.0.1:80' }, 'is sent to 10.0.0.1:80'],
    [{ kind: 'undetermined', because: 'x' }, 'is undetermined: x'],
  ] as const)('%j: %s', (verdict, words) => expect(verdictInWords(verdict)).toBe(words));

  it('never puts the same words on both sides', () => {
    const accept = { kind: 'accept' } as const;
    const pairs = [
      [accept, { kind: 'drop' } as const],
      [accept, { ...accept, mark: 0x539 }],
      [accept, { ...accept, ctZone: 1 }],
      [
        { ...accept, ctZone: 2 },
        { ...accept, ctZone: 1, mark: 1 },
      ],
      [accept, accept],
    ] as const;
    for (const [live, expected] of pairs) {
      const [now, then] = contrastInWords(live, expected);
      expect(now).not.toBe(then);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { packetFromFlags, tracedPackets } from '../../src/cli/packet-flags.ts';
import { UsageError } from '../../src/model/errors.ts';

const INBOUND = { hook: 'PREROUTING', source: '10.0.0.9', destination: '10.0.0.5', 'destination-port': '8080' };

describe('packetFromFlags', () => {
  it('reads every field from its flag', () => {
    const flags = {
      ...INBOUND,
      hook: 'output',
      family: 'ipv4',
      protocol: 'udp',
      'source-port': '40000',
      'out-interface': 'eth0',
      uid: '1000',
      gid: 'none',
      mark: '0x539',
      connmark: '1337',
      'ct-state': 'established',
    };
    expect(packetFromFlags(flags)).toEqual({
      packet: {
        family: 'ipv4',
        hook: 'OUTPUT',
        protocol: 'udp',
        source: '10.0.0.9',
        sourcePort: 40000,
        destination: '10.0.0.5',
        destinationPort: 8080,
        outInterface: 'eth0',
        uid: 1000,
        gid: null,
        mark: 1337,
        connmark: 1337,
        ctState: 'ESTABLISHED',
      },
      notes: [],
    });
  });

  it('says which source it took when none was given', () => {
    const { source: _, ...flags } = INBOUND;
    const { packet, notes } = packetFromFlags(flags);
    expect(packet.source).toBe('192.0.2.1');
    expect(notes).toEqual(['--source was not given; 192.0.2.1 is used instead.']);
    expect(packetFromFlags({ ...flags, destination: '127.0.0.1' }).packet.source).toBe('127.0.0.1');
    expect(packetFromFlags({ ...flags, destination: '2001:db8::9' }).packet.source).toBe('2001:db8::1');
    expect(packetFromFlags({ ...flags, destination: '::1' }).packet.source).toBe('::1');
  });

  it('takes no source that is the destination as well', () => {
    const { source: _, ...flags } = INBOUND;
    expect(packetFromFlags({ ...flags, destination: '192.0.2.1' }).packet.source).toBe('192.0.2.2');
    expect(packetFromFlags({ ...flags, destination: '2001:db8:0::1' }).packet.source).toBe('2001:db8::2');
  });

  it('takes the address of the pod and the user of its application where it looks at a pod', () => {
    const own = () => ({ address: () => '10.0.0.7', uid: 472 });
    const flags = { hook: 'OUTPUT', destination: '10.1.2.3', 'destination-port': '80' };
    const { packet, notes } = packetFromFlags(flags, own);
    expect(packet).toMatchObject({ source: '10.0.0.7', uid: 472, gid: 472 });
    expect(notes).toHaveLength(2);
    expect(packetFromFlags({ ...flags, uid: 'none' }, own).packet.uid).toBeNull();
    const { source: _, ...inbound } = INBOUND;
    expect(packetFromFlags(inbound, own).packet).toMatchObject({ source: '192.0.2.1' });
  });

  it('leaves out what the hook has not, and says so', () => {
    const { packet, notes } = packetFromFlags({ ...INBOUND, 'out-interface': 'eth0', uid: '0' });
    expect(packet).not.toHaveProperty('outInterface');
    expect(packet).not.toHaveProperty('uid');
    expect(notes).toEqual([
      '--out-interface means nothing in PREROUTING and was left out.',
      '--uid means nothing in PREROUTING and was left out.',
    ]);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ hook: 'INPUT' }, /^--hook must be one of PREROUTING, OUTPUT, not "INPUT"/],
    [{ 'destination-port': '65536' }, /^--destination-port must be a whole number from 0 to 65535, not 65536/],
    [{ 'destination-port': '80a' }, /^--destination-port must be a whole number .* not "80a"/],
    [{ 'destination-port': '-1' }, /^--destination-port/],
    [{ 'destination-port': '' }, /^--destination-port/],
    [{ 'source-port': '1e3' }, /^--source-port/],
    [{ destination: '10.0.0' }, /^--destination must be an IPv4 or IPv6 address, not "10.0.0"/],
    [{ destination: '10.0.0.05' }, /^--destination must be/],
    [{ destination: '2001:db8::1' }, /^--destination and source are addresses of different families/],
    [{ family: 'ipv6' }, /^--family is ipv6, the addresses are ipv4/],
    [{ protocol: '256' }, /^--protocol must be tcp, udp, icmp or a number/],
    [{ protocol: 'all' }, /^--protocol/],
    [{ protocol: 'icmp' }, /^--destination-port does not exist in packets of protocol icmp/],
    [{ hook: 'OUTPUT', uid: '4294967296' }, /^--uid must be/],
    [{ hook: 'OUTPUT', uid: '4294967295' }, /^--uid 4294967295: no process can have that id/],
    [{ hook: 'OUTPUT', gid: '0xffffffff' }, /^--gid 0xffffffff: no process can have that id/],
    [{ hook: 'OUTPUT', uid: 'root' }, /^--uid must be .* not "root"/],
    [{ mark: '0x1ffffffff' }, /^--mark must be/],
    [{ 'ct-state': 'FRESH' }, /^--ct-state must be one of NEW/],
    [{ 'in-interface': 'a-name-that-is-too-long' }, /^--in-interface must be the name of an interface/],
    [{ 'in-interface': '' }, /^--in-interface/],
  ])('names the flag that is wrong: %j', (flags, message) => {
    expect(() => packetFromFlags({ ...INBOUND, ...flags })).toThrow(UsageError);
    expect(() => packetFromFlags({ ...INBOUND, ...flags })).toThrow(message);
  });

  it.each(['hook', 'destination', 'destination-port'])('says that --%s is missing, and what is needed', (flag) => {
    const flags = Object.fromEntries(Object.entries(INBOUND).filter(([name]) => name !== flag));
    expect(() => packetFromFlags(flags)).toThrow(new RegExp(`^--${flag} is missing`));
  });
});

describe('tracedPackets', () => {
  it('takes a file in place of the flags', () => {
    const { packets } = tracedPackets({ packets: 'p.jsonl', family: 'ipv6' });
    expect(packets).toEqual({ kind: 'file', file: 'p.jsonl' });
  });

  it('refuses both at once', () => {
    expect(() => tracedPackets({ packets: 'p.jsonl', uid: '0' })).toThrow('--uid and --packets contradict each other');
  });

  it('refuses to read standard input twice', () => {
    expect(() => tracedPackets({ packets: '-', rules: ['-'] })).toThrow('can be read only once');
  });
});

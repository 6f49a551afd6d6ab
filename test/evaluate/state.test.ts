import { describe, expect, it } from 'vitest';
import { completePacket, initialState, PacketFieldError } from '../../src/evaluate/state.ts';
import type { Packet } from '../../src/model/packet.ts';
import { packetOf } from './packet-of.ts';

describe('completePacket', () => {
  const bare: Packet = { family: 'ipv4', hook: 'OUTPUT', protocol: 'tcp', source: '10.0.0.5', destination: '10.0.0.9' };

  it('leaves by lo exactly when the destination is the pod', () => {
    expect(completePacket(bare).outInterface).toBe('eth0');
    expect(completePacket({ ...bare, destination: '10.0.0.5' }).outInterface).toBe('lo');
    expect(completePacket({ ...bare, destination: '127.3.2.1' }).outInterface).toBe('lo');
  });

  it('gives a packet of OUTPUT no interface to come in by, and one of PREROUTING no owner', () => {
    expect(completePacket({ ...bare, inInterface: 'eth0' })).not.toHaveProperty('inInterface');
    expect(completePacket({ ...bare, hook: 'PREROUTING' })).not.toHaveProperty('uid');
  });

  it('gives ports only to protocols that have them', () => {
    expect(completePacket({ ...bare, protocol: '47' })).not.toHaveProperty('sourcePort');
    expect(completePacket({ ...bare, protocol: '132' })).toMatchObject({ sourcePort: 40000 });
  });
});

describe('initialState', () => {
  it('means the ICMP of the family', () => {
    expect(initialState(packetOf({ protocol: 'icmp' })).protocol).toBe(1);
    const v6 = packetOf({ family: 'ipv6', protocol: 'icmp', source: '::1', destination: '::1' });
    expect(initialState(v6).protocol).toBe(58);
  });

  it('has an owner going out as soon as one of its ids is known', () => {
    const owner = (uid: number | undefined, gid: number | undefined, hook: Packet['hook'] = 'OUTPUT') => {
      const { uid: _, gid: __, ...nobodys } = packetOf({ hook });
      return initialState({ ...nobodys, ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) }).owner;
    };
    expect(owner(0, 5)).toEqual({ uid: 0, gid: 5 });
    expect(owner(0, undefined)).toEqual({ uid: 0 });
    expect(owner(undefined, 0)).toEqual({ gid: 0 });
    expect(owner(undefined, undefined)).toBeNull();
    expect(owner(0, 5, 'PREROUTING')).toBeNull();
  });

  it('has the connection of OUTPUT on a packet that arrives on lo', () => {
    expect(initialState(packetOf({ hook: 'PREROUTING', inInterface: 'lo' })).conntrack).toBe('attached');
    expect(initialState(packetOf({ hook: 'PREROUTING', inInterface: 'eth0' })).conntrack).toBe('none');
  });

  it.each<[string, Partial<Packet>]>([
    ['protocol', { protocol: 'quic' }],
    ['protocol', { protocol: '256' }],
    ['source', { source: '::1' }],
    ['destination', { destination: '10.0.0.256' }],
  ])('names the field without a meaning: %s', (field, fields) => {
    expect(() => initialState(packetOf(fields))).toThrow(
      expect.objectContaining({ field, name: PacketFieldError.name }),
    );
  });
});

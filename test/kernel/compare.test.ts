import { describe, expect, it } from 'vitest';
import type { Packet, Verdict } from '../../src/model/packet.ts';
import { disagreement, type Observation } from './index.ts';

const INBOUND: Packet = {
  ...{ family: 'ipv4', hook: 'PREROUTING', protocol: 'tcp' },
  ...{ source: '10.77.0.9', destination: '10.77.0.5', destinationPort: 8080 },
};
const OUTBOUND: Packet = { ...INBOUND, hook: 'OUTPUT', source: '10.77.0.5', destination: '203.0.113.7' };

function seen(packet: Packet, fields: Partial<Observation> = {}): Observation {
  return {
    ...{ kind: 'observed', verdict: { kind: 'accept' }, mark: 0, ctState: 'NEW', connmark: 0, ctZone: 0 },
    ...{ destination: packet.destination, destinationPort: 8080, interface: 'eth0', path: [] },
    ...fields,
  };
}

const redirected = seen(INBOUND, { verdict: { kind: 'redirect', port: 15006 }, destinationPort: 15006 });
const translated = seen(OUTBOUND, {
  verdict: { kind: 'dnat', to: '10.9.9.9:99' },
  destination: '10.9.9.9',
  destinationPort: 99,
});
const dropped = seen(INBOUND, {
  verdict: { kind: 'drop' },
  mark: null,
  ctState: null,
  ctZone: null,
  destination: null,
});

describe('disagreement', () => {
  it.each<[string, Packet, Verdict, Observation]>([
    ['the same', INBOUND, { kind: 'accept' }, seen(INBOUND)],
    ['the port of a redirect', INBOUND, { kind: 'redirect', port: 15006 }, redirected],
    ['a redirect to where it was going', INBOUND, { kind: 'redirect', port: 8080 }, seen(INBOUND)],
    ['a translation', OUTBOUND, { kind: 'dnat', to: '10.9.9.9:99' }, translated],
    ['a drop, whatever the mark was', INBOUND, { kind: 'drop', mark: 7 }, dropped],
    ['a mark that was set', INBOUND, { kind: 'accept', mark: 5 }, seen(INBOUND, { mark: 5 })],
    ['a mark that it came with', { ...INBOUND, mark: 5 }, { kind: 'accept' }, seen(INBOUND, { mark: 5 })],
    ['a zone of no connection', INBOUND, { kind: 'accept', ctZone: 1 }, seen(INBOUND, { ctZone: null })],
    [
      'a zone from before it came to lo',
      { ...INBOUND, inInterface: 'lo' },
      { kind: 'accept' },
      seen(INBOUND, { ctZone: 1 }),
    ],
    ['what nobody can tell', INBOUND, { kind: 'undetermined', because: 'a match' }, redirected],
  ])('finds none: %s', (_, packet, verdict, observed) => {
    expect(disagreement(packet, verdict, observed)).toBeNull();
  });

  it.each<[string, Packet, Verdict, Observation]>([
    ['redirected or not', INBOUND, { kind: 'accept' }, redirected],
    ['another port', INBOUND, { kind: 'redirect', port: 15001 }, redirected],
    ['another address', OUTBOUND, { kind: 'dnat', to: '10.9.9.8:99' }, translated],
    ['redirect or dnat', OUTBOUND, { kind: 'redirect', port: 99 }, translated],
    ['dropped or not', INBOUND, { kind: 'accept' }, dropped],
    ['refused or dropped', INBOUND, { kind: 'reject' }, dropped],
    ['not given to a socket', INBOUND, { kind: 'tproxy', port: 15006 }, seen(INBOUND)],
    ['another mark', INBOUND, { kind: 'accept', mark: 5 }, seen(INBOUND)],
    ['another zone', INBOUND, { kind: 'accept' }, seen(INBOUND, { ctZone: 2 })],
  ])('finds: %s', (_, packet, verdict, observed) => {
    expect(disagreement(packet, verdict, observed)).toContain('but the kernel');
  });
});

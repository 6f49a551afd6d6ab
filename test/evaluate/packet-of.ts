import { initialState, type State } from '../../src/evaluate/state.ts';
import type { Packet } from '../../src/model/packet.ts';

/** A packet of the application going out, with other fields as asked for. */
export function packetOf(fields: Partial<Packet> = {}): Packet {
  return {
    ...{ family: 'ipv4', hook: 'OUTPUT', protocol: 'tcp', source: '10.0.0.5', destination: '203.0.113.7' },
    ...{ sourcePort: 40000, destinationPort: 80, outInterface: 'eth0', uid: 1000, gid: 1000 },
    ...fields,
  };
}

/** The same on its way, connection tracking behind it. */
export function stateOf(fields: Partial<Packet> = {}, changed: Partial<State> = {}): State {
  return { ...initialState(packetOf(fields)), conntrack: 'attached', ...changed };
}

import type { PacketClass } from '../../src/evaluate/classes.ts';
import type { Packet } from '../../src/model/packet.ts';
import { describes } from '../pipeline/diff-kernel/words.ts';

/** The class that says what becomes of a packet: the first that has it. */
export function classWith(classes: readonly PacketClass[], packet: Packet): PacketClass | undefined {
  return classes.find(({ owner, traffic, rest }) => describes(rest ? owner : { ...owner, ...traffic }, packet));
}

import type { Socket } from '../model/socket.ts';
import { outboundPacket } from './first-packet.ts';
import type { Holders } from './holder.ts';
import type { OwnAddresses } from './own-addresses.ts';
import { type Predictor, possibleVerdicts } from './predict.ts';

/** The part of a scene that says what the rules do. */
interface Rules {
  readonly predictor: Predictor | null;
  readonly own: OwnAddresses;
  readonly holders: Holders;
}

/** Whether the rules lead a connection to the proxy, for an owner of some gid where that is hidden; null: not certain. */
export function mayBeCaptured(socket: Socket, { predictor, own, holders }: Rules): boolean | null {
  const packet = outboundPacket(socket, own);
  const prediction = packet && predictor?.predict(packet, holders.process(socket)?.fsgid ?? null);
  if (!prediction || prediction.kind === 'undetermined') return null;
  return possibleVerdicts(prediction).some(({ kind }) => kind === 'redirect' || kind === 'tproxy');
}

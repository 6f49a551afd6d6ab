import type { Socket } from '../model/socket.ts';
import { outboundPacket } from './first-packet.ts';
import type { Scene } from './scene.ts';

/** Whether the rules lead a connection to the proxy, for an owner of some gid where that is hidden; null: not certain. */
export function mayBeCaptured(
  socket: Socket,
  { predictor, own, holders }: Pick<Scene, 'predictor' | 'own' | 'holders'>,
): boolean | null {
  const packet = outboundPacket(socket, own);
  const prediction = packet && predictor?.predict(packet, holders.process(socket)?.fsgid ?? null);
  if (!prediction || prediction.kind === 'undetermined') return null;
  const exceptions = prediction.kind === 'depends-on-gid' ? prediction.unless.map(({ verdict }) => verdict) : [];
  return [prediction.verdict, ...exceptions].some(({ kind }) => kind === 'redirect' || kind === 'tproxy');
}

import type { Verdict } from '../model/packet.ts';
import { inboundPacket, outboundPacket } from './first-packet.ts';
import { possibleVerdicts } from './predict.ts';
import type { Scene } from './scene.ts';
import type { Agreement, ClassifiedSocket, Prediction } from './types.ts';

/** What the rules would do to the first packet of a connection of the application; null for others. */
export function predictionFor({ kind, socket, process, as }: ClassifiedSocket, scene: Scene): Prediction | null {
  const { predictor, own } = scene;
  if (predictor === null) return null;
  if (kind === 'inbound-direct') {
    const packet = inboundPacket(socket, own);
    return packet === null ? null : predictor.predict(packet, null);
  }
  if (kind !== 'outbound-proxied' && kind !== 'outbound-direct') return null;
  const packet = outboundPacket(socket, own);
  // Under the proxy's uid the gid hardly matters: it is that of the proxy as well, or no rule looks at it.
  const gid = process?.fsgid ?? (as === 'proxy-uid' ? socket.uid : null);
  return packet === null ? null : predictor.predict(packet, gid);
}

/**
 * Whether a prediction fits what the sockets show. Null where the rules give no answer, and where they were what told
 * what the connection is.
 */
export function agreementOf({ kind, because }: ClassifiedSocket, prediction: Prediction): Agreement | null {
  if (prediction.kind === 'undetermined' || because !== undefined) return null;
  const possible = possibleVerdicts(prediction);
  if (kind === 'outbound-proxied') return possible.every(letsBy) ? 'disagrees' : 'agrees';
  if (possible.every(letsBy)) return 'agrees';
  return possible.some(letsBy) ? 'gid' : 'older';
}

/** Whether a packet goes where it wants to, or where another agent wants it to; an established one was not dropped. */
function letsBy({ kind }: Verdict): boolean {
  return kind === 'accept' || kind === 'dnat';
}

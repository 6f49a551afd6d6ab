import type { Endpoint } from '../collect/attempt/attempt.ts';
import type { FileReader } from '../collect/files.ts';
import { isListener, type Socket } from '../model/socket.ts';
import { parseProcNet } from '../parse/sockets/procnet.ts';

/** The kernel's lists: read in a moment, while a connection is open, and without starting a program. */
const LISTS = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

/** The TCP sockets of this moment; null when the first list cannot be read. */
export async function currentSockets(files: FileReader): Promise<readonly Socket[] | null> {
  const parts = await Promise.all(
    LISTS.map(async (source) => {
      const content = await files.read(source);
      return 'text' in content ? parseProcNet(content.text, { source, protocol: 'tcp' }).sockets : null;
    }),
  );
  return parts[0] == null ? null : parts.flatMap((part) => part ?? []);
}

/**
 * The port of this pod that took a connection: redirected or not, the other end's socket has ours for its peer.
 * Null when no socket of this namespace did.
 */
export function acceptedOn(own: Endpoint, sockets: readonly Socket[]): number | null {
  const other = sockets.find(
    (socket) => socket.peerPort === own.port && socket.peerAddress === own.address && !isListener(socket),
  );
  return other?.localPort ?? null;
}

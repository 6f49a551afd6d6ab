import type { Socket } from '../../../src/model/socket.ts';
import { parseSs } from '../../../src/parse/sockets/ss.ts';

/** A socket as a line of `ss -Htulnpe` would show it. */
export interface Listener {
  readonly at: string;
  readonly uid?: number;
  readonly process?: string;
  readonly protocol?: 'tcp' | 'udp';
}

/** Sockets read from the lines that ss prints for listeners; root's have no uid there. */
export function listening(...listeners: readonly Listener[]): Socket[] {
  const lines = listeners.map(({ at, uid = 1337, process, protocol = 'tcp' }, i) => {
    const state = protocol === 'tcp' ? 'LISTEN' : 'UNCONN';
    const peer = at.startsWith('[') ? '[::]:*' : at.startsWith('*') ? '*:*' : '0.0.0.0:*';
    const users = process === undefined ? '' : `users:(("${process}",pid=${100 + i},fd=3)) `;
    return `${protocol} ${state} 0 511 ${at} ${peer} ${users}${uid === 0 ? '' : `uid:${uid} `}ino:${5000 + i} sk:${i + 1} <->`;
  });
  const { sockets, diagnostics } = parseSs(`${lines.join('\n')}\n`, { source: 'ss' });
  if (sockets.length !== listeners.length) throw new Error(JSON.stringify(diagnostics));
  return [...sockets];
}

/** Envoy and the agent of a healthy sidecar. */
export const HEALTHY: readonly Listener[] = [
  { at: '0.0.0.0:15001', process: 'envoy' },
  { at: '0.0.0.0:15006', process: 'envoy' },
  { at: '127.0.0.1:15000', process: 'envoy' },
  { at: '*:15020', process: 'pilot-agent' },
];

import { ASK_FOR_SOCKETS } from '../model/shown-sockets.ts';
import type { ClassifiedSocket, SocketKind, SocketsView } from './types.ts';

type Counts = Readonly<Partial<Record<SocketKind, number>>>;

/** What the sockets show, in a few plain sentences; the worst first. */
export function sentenceOf({ proxy, shown, sockets }: SocketsView, counts: Counts): string {
  const sentences = [
    proxy === null && shown.listeners ? "Nobody listens on the proxy's ports." : '',
    shown.listeners ? '' : `Who listens was not shown completely: ${GIVE}`,
    shown.connections ? '' : `Connections were not shown completely: ${GIVE}`,
    identitySentence(sockets),
    loopSentence(counts['proxy-loop'] ?? 0),
    ...(shown.connections ? [wayOut(counts), wayIn(counts)] : []),
    unknownSentence(counts.unknown ?? 0),
  ].filter((sentence) => sentence !== '');
  return sentences.join(' ');
}

const GIVE = `give the output of ${ASK_FOR_SOCKETS}.`;

function identitySentence(sockets: readonly ClassifiedSocket[]): string {
  const foreign = sockets.filter(({ as }) => as !== undefined);
  if (foreign.length === 0) return '';
  const ids = new Set(foreign.map(({ as }) => (as === 'proxy-gid' ? 'gid' : 'uid')));
  const shared = [...ids].join(' or ');
  return foreign.length === 1
    ? `1 socket is not the proxy's and has its ${shared}: what it sends bypasses the mesh.`
    : `${foreign.length} sockets are not the proxy's and have its ${shared}: what they send bypasses the mesh.`;
}

function loopSentence(count: number): string {
  return count === 0 ? '' : `The proxy is connected to itself: ${number(count, 'socket')} of a loop.`;
}

function wayOut(counts: Counts): string {
  const proxied = counts['outbound-proxied'] ?? 0;
  const direct = counts['outbound-direct'] ?? 0;
  if (proxied + direct === 0) return 'No connection of the application goes out.';
  return `Out: ${number(proxied, 'connection')} through the proxy, ${direct} around it.`;
}

function wayIn(counts: Counts): string {
  const proxied = counts['inbound-proxied'] ?? 0;
  const direct = counts['inbound-direct'] ?? 0;
  if (proxied + direct === 0) return 'No connection to the application comes in.';
  return `In: ${number(proxied, 'connection')} through the proxy, ${direct} around it.`;
}

function unknownSentence(count: number): string {
  return count === 0 ? '' : `${number(count, 'connection')} could not be classified.`;
}

function number(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

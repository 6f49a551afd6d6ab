import type { Socket } from '../../model/socket.ts';
import type { ClassifiedSocket } from '../../sockets/index.ts';
import type { LikelyCause } from '../remedy/causes.ts';
import { ruleOf } from './deciding-rule.ts';

/** Whether rules would lead a connection to the proxy, at least for owners of some gid. */
export function mayCapture({ prediction }: ClassifiedSocket): boolean {
  if (prediction === undefined || prediction.kind === 'undetermined') return false;
  return prediction.verdict.kind === 'redirect' || prediction.verdict.kind === 'tproxy';
}

/** Why nothing says what the rules do to a connection; null where something does. */
export function reasonNotSeen({ prediction }: ClassifiedSocket): string | null {
  if (prediction === undefined) return 'the rules could not be read';
  return prediction.kind === 'undetermined' ? prediction.because : null;
}

/** How rules let a connection be, as the end of a sentence. */
export function letThrough(live: ClassifiedSocket): string {
  const unseen = reasonNotSeen(live);
  if (unseen !== null) return unseen;
  return ruleOf(live) === null ? 'no rule takes it' : 'a rule lets it through';
}

/** The same as a cause. */
export function whyAround(live: ClassifiedSocket): Extract<LikelyCause, { kind: 'connection' }>['why'] {
  if (reasonNotSeen(live) !== null || live.agreement === undefined) return 'unseen';
  if (live.agreement !== 'agrees') return 'older';
  return ruleOf(live) === null ? 'no rule' : 'rule';
}

/** Why a connection is around the proxy, as the end of a sentence. */
export function whyOf(live: ClassifiedSocket): string {
  const { agreement, prediction } = live;
  const unseen = reasonNotSeen(live);
  if (unseen !== null) return `${unseen}, so whether one lets it through, or it is older than they are, is not known`;
  if (agreement === 'agrees') return letThrough(live);
  const older = 'the rules would redirect it if it were opened now, so it is older than they are';
  if (agreement !== 'gid' || prediction?.kind !== 'depends-on-gid') return older;
  const gids = prediction.unless.map(({ gid }) => gid).join(' or ');
  return `${older}, or its process has gid ${gids} (not visible here: see Gid in /proc/PID/status in its container)`;
}

/** More places than this are not named. */
const NAMED = 3;

/** Where connections go, or on which ports they came in. */
export function placesOf(direction: 'outbound' | 'inbound', sockets: readonly Socket[]): string {
  const places = new Set(
    sockets.map((socket) => (direction === 'outbound' ? peerOf(socket) : `port ${socket.localPort}`)),
  );
  const named = [...places].slice(0, NAMED).join(', ');
  return places.size > NAMED
    ? `${named} and ${places.size - NAMED} more`
    : `${direction === 'outbound' ? 'to ' : 'on '}${named}`;
}

function peerOf({ peerAddress, peerPort }: Socket): string {
  return peerAddress.includes(':') ? `[${peerAddress}]:${peerPort}` : `${peerAddress}:${peerPort}`;
}

/** `1 connection`, `2 connections`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

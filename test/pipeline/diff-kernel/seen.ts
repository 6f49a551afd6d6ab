import type { WatchedMark } from '../../../src/evaluate/symbolic/watched.ts';
import type { Packet, Verdict } from '../../../src/model/packet.ts';
import type { Observed } from '../../kernel/index.ts';

/**
 * Whether a packet fared otherwise, as far as a verdict speaks of it. A socket that TPROXY found gets the packet whatever
 * nat writes into it. That a packet is not tracked shows where nat or a zone would matter; it has no connection's mark
 * then, which is no change of that mark.
 */
export function differs(
  now: Observed | undefined,
  before: Observed | undefined,
  watched: readonly WatchedMark[] | 'all',
): boolean {
  const tracked = [now, before].every((one) => one?.kind !== 'observed' || one.ctState !== 'UNTRACKED');
  return seen(now, watched, tracked) !== seen(before, watched, tracked);
}

function seen(observed: Observed | undefined, watched: readonly WatchedMark[] | 'all', tracked: boolean): string {
  if (observed?.kind !== 'observed') return 'unobservable';
  const { verdict, mark, ctZone } = observed;
  const goesTo = verdict.kind === 'tproxy' ? null : [observed.destination, observed.destinationPort];
  const marks = { mark, connmark: tracked ? observed.connmark : null };
  const visible =
    watched === 'all' ? marks : watched.map(({ field, value, mask }) => ((marks[field] ?? 0) & mask) >>> 0 === value);
  return JSON.stringify([verdict, goesTo, ctZone ?? 0, visible]);
}

/** Rewritten to where the packet was going anyway, as far as the pod's only address goes. */
export function changesNothing(witness: Packet, verdicts: readonly Verdict[]): boolean {
  return verdicts.every(
    (verdict) =>
      verdict.kind === 'accept' ||
      (verdict.kind === 'dnat' && leadsNowhereElse(verdict.to.replace(/[[\]]/g, ''), witness)) ||
      (verdict.kind === 'redirect' && (verdict.port ?? witness.destinationPort) === witness.destinationPort),
  );
}

function leadsNowhereElse(to: string, { destination, destinationPort }: Packet): boolean {
  return to === destination || to === `${destination}:${destinationPort}`;
}

/** What the harness can make and no network can: a mark on what comes in from outside or on a new connection. */
export function exists({ hook, inInterface, mark, connmark, ctState }: Packet): boolean {
  if (hook === 'PREROUTING' && inInterface !== 'lo' && mark !== 0) return false;
  return connmark === 0 || ctState === 'ESTABLISHED' || ctState === 'RELATED';
}

import type { WatchedMark } from '../../../src/evaluate/symbolic/watched.ts';
import type { Packet, Verdict } from '../../../src/model/packet.ts';
import type { Observed } from '../../kernel/index.ts';

/**
 * What became of a packet, as text: equal texts are no difference that a verdict speaks of. A socket that TPROXY found
 * gets the packet whatever nat writes into it; that a packet is not tracked shows where nat or a zone would matter.
 */
export function seen(observed: Observed | undefined, watched: readonly WatchedMark[] | 'all'): string {
  if (observed?.kind !== 'observed') return 'unobservable';
  const { verdict, mark, connmark, ctZone } = observed;
  const goesTo = verdict.kind === 'tproxy' ? null : [observed.destination, observed.destinationPort];
  const marks = { mark, connmark };
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

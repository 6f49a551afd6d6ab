import type { WatchedMark } from '../../../src/evaluate/symbolic/watched.ts';
import type { Packet, Verdict } from '../../../src/model/packet.ts';
import type { Observed } from '../../kernel/index.ts';

/** What became of a packet, as text: equal texts are no difference that anybody can see. */
export function seen(observed: Observed | undefined, watched: readonly WatchedMark[] | 'all'): string {
  if (observed?.kind !== 'observed') return 'unobservable';
  const { verdict, destination, destinationPort, mark, connmark, ctZone, ctState } = observed;
  const marks = { mark, connmark };
  const visible =
    watched === 'all'
      ? marks
      : watched.map(({ field, value, mask }) => marks[field] !== null && (marks[field] & mask) >>> 0 === value);
  return JSON.stringify([verdict, destination, destinationPort, ctZone, ctState, visible]);
}

/** Rewritten to where the packet was going anyway, as far as the pod's only address goes. */
export function changesNothing(witness: Packet, verdicts: readonly Verdict[]): boolean {
  return verdicts.every(
    (verdict) =>
      verdict.kind === 'accept' ||
      (verdict.kind === 'dnat' && verdict.to.replace(/[[\]]/g, '') === witness.destination) ||
      (verdict.kind === 'redirect' && (verdict.port ?? witness.destinationPort) === witness.destinationPort),
  );
}

/** What the harness can make and no network can: a mark on what comes in from outside or on a new connection. */
export function exists({ hook, inInterface, mark, connmark, ctState }: Packet): boolean {
  if (hook === 'PREROUTING' && inInterface !== 'lo' && mark !== 0) return false;
  return connmark === 0 || ctState === 'ESTABLISHED' || ctState === 'RELATED';
}

import type { SocketEntry } from '../../sockets/report.ts';
import { connectionEnds, ownerWords } from './words.ts';

/** Sockets that read alike: of the same kind and owner, to or from the same place, for the same reason. */
export interface SocketGroup {
  readonly first: SocketEntry;
  readonly count: number;
}

/** The sockets in groups, in the order of their first. */
export function socketGroups(entries: readonly SocketEntry[]): SocketGroup[] {
  const groups = new Map<string, { first: SocketEntry; count: number }>();
  for (const entry of entries) {
    const key = likeness(entry);
    const group = groups.get(key);
    if (group) group.count += 1;
    else groups.set(key, { first: entry, count: 1 });
  }
  return [...groups.values()];
}

function likeness(entry: SocketEntry): string {
  const { kind, holder, protocol, agreement, because, as, prediction } = entry;
  const why = [agreement, because, as, prediction?.rule?.text];
  return JSON.stringify([kind, holder, protocol, ownerWords(entry), connectionEnds(entry), why]);
}

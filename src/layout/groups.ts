import type { Match } from '../model/match.ts';
import { gid, not } from './clauses.ts';

/** Finds the id of a group by its name, as the image that loads the rules would; null when it cannot. */
export type ResolveGroup = (name: string) => number | null;

/** `--gid-owner group`, for an id or a name. A name that cannot be resolved stays text, for iptables-restore to resolve. */
export function ownerGroup(group: string, resolve: ResolveGroup): Match {
  const id = /^\d+$/.test(group) ? Number(group) : resolve(group);
  return id === null ? { kind: 'unknown', raw: `-m owner --gid-owner ${group}` } : gid(id);
}

/** `! --gid-owner group`. */
export function otherOwnerGroup(group: string, resolve: ResolveGroup): Match {
  const match = ownerGroup(group, resolve);
  return match.kind === 'unknown' ? { kind: 'unknown', raw: `-m owner ! --gid-owner ${group}` } : not(match);
}

import type { Match } from '../model/match.ts';
import { gid, not } from './clauses.ts';

/** Finds the id of a group by its name, as the image that loads the rules would; null when it cannot. */
export type ResolveGroup = (name: string) => number | null;

/** How a group that stays a name is written: the tool that loads the rules resolves it. */
export type GroupSpelling = (group: string, negated: boolean) => string;

/** As an option of iptables' owner match. */
export const iptablesGroup: GroupSpelling = (group, negated) => `-m owner ${negated ? '! ' : ''}--gid-owner ${group}`;
/** As an expression of nft. */
export const nftablesGroup: GroupSpelling = (group, negated) => `meta skgid ${negated ? '!= ' : ''}${group}`;

/** The sender's group is this one (or, negated, any other), given by id or by name. */
export function ownerGroup(group: string, negated: boolean, resolve: ResolveGroup, spell: GroupSpelling): Match {
  const id = /^\d+$/.test(group) ? Number(group) : resolve(group);
  if (id === null) return { kind: 'unknown', raw: spell(group, negated) };
  return negated ? not(gid(id)) : gid(id);
}

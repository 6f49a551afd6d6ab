import type { Match, MatchOf } from '../../model/match.ts';
import type { Rule } from '../../model/ruleset.ts';

/** What a rule looks at, as far as names of findings depend on it. */
export interface Traits {
  /** Matches a uid or gid as such (not "anyone but"). */
  readonly owner: boolean;
  /** Matches everyone but a uid or gid. */
  readonly notOwner: boolean;
  /** Number of owner matches: owner groups share one rule. */
  readonly ownerMatches: number;
  readonly destinationPort: boolean;
  readonly destination: boolean;
  readonly source: boolean;
  /** An interface other than lo. */
  readonly interface: boolean;
  readonly mark: boolean;
}

/** Reads off what a rule looks at. */
export function traitsOf(rule: Rule): Traits {
  const owners = rule.matches.filter((match): match is MatchOf<'owner'> => match.kind === 'owner');
  const conditions = owners.flatMap((owner) => [owner.uid, owner.gid].filter((option) => option !== undefined));
  return {
    owner: conditions.some(({ negated }) => !negated),
    notOwner: conditions.some(({ negated }) => negated),
    ownerMatches: owners.length,
    destinationPort: rule.matches.some(isDestinationPort),
    destination: rule.matches.some((match) => match.kind === 'destination' && !match.negated),
    source: rule.matches.some((match) => match.kind === 'source' && !match.negated),
    interface: rule.matches.some(isOtherInterface),
    mark: rule.matches.some(({ kind }) => kind === 'mark' || kind === 'connmark'),
  };
}

function isDestinationPort(match: Match): boolean {
  if (match.kind === 'multiport') return match.side !== 'source' && !match.negated;
  return 'destinationPort' in match && match.destinationPort !== undefined && !match.destinationPort.negated;
}

function isOtherInterface(match: Match): boolean {
  return (match.kind === 'in-interface' || match.kind === 'out-interface') && match.name !== 'lo';
}

/** Whether a rule leaves the packet alone: RETURN or ACCEPT. */
export function letsGo(rule: Rule): boolean {
  return rule.targets.some(({ kind }) => kind === 'return' || kind === 'accept');
}

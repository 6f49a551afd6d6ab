import { isPortsMatch, type Match, type MatchOf } from '../../model/match.ts';
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
  const traits = new Set(rule.matches.map(traitOf));
  const owners = rule.matches.filter((match): match is MatchOf<'owner'> => match.kind === 'owner');
  const conditions = owners.flatMap((owner) => [owner.uid, owner.gid].filter((option) => option !== undefined));
  return {
    owner: conditions.some(({ negated }) => !negated),
    notOwner: conditions.some(({ negated }) => negated),
    ownerMatches: owners.length,
    destinationPort: traits.has('destinationPort'),
    destination: traits.has('destination'),
    source: traits.has('source'),
    interface: traits.has('interface'),
    mark: traits.has('mark'),
  };
}

/** What a match adds to the traits of its rule, but for owners, of which more is asked. */
function traitOf(match: Match): keyof Traits | null {
  if (isPortsMatch(match)) return match.destinationPort?.negated === false ? 'destinationPort' : null;
  switch (match.kind) {
    case 'source':
    case 'destination':
      return match.negated ? null : match.kind;
    case 'in-interface':
    case 'out-interface':
      return match.name === 'lo' ? null : 'interface';
    case 'multiport':
      return match.side === 'source' || match.negated ? null : 'destinationPort';
    case 'mark':
    case 'connmark':
      return 'mark';
    case 'owner':
    case 'protocol':
    case 'fragment':
    case 'conntrack':
    case 'state':
    case 'comment':
    case 'iprange':
    case 'addrtype':
    case 'opaque':
    case 'unknown':
      return null;
  }
}

/** Whether a rule leaves the packet alone: RETURN or ACCEPT. */
export function letsGo(rule: Rule): boolean {
  return rule.targets.some(({ kind }) => kind === 'return' || kind === 'accept');
}

import { asJsonText } from '../../model/json.ts';
import { isPortsMatch, type Match } from '../../model/match.ts';
import type { RuleReference } from '../../model/ruleset.ts';

/**
 * Text that is equal for rules which say the same of other ports or addresses: the entries of a list of exclusions.
 * Owners, interfaces, marks and what a rule does stay.
 */
export function alikeKey({ table, chain, rule }: RuleReference): string {
  const place = `${table.backend} ${table.family} ${table.name} ${chain.name}`;
  return `${place} ${textOf(rule.matches.map(shape))} ${textOf(rule.targets)}`;
}

function shape(match: Match): Match | readonly unknown[] | null {
  if (isPortsMatch(match))
    return [match.kind, match.sourcePort?.negated, match.destinationPort?.negated, match.flags, match.rest];
  switch (match.kind) {
    case 'source':
    case 'destination':
      return [match.kind, match.negated];
    case 'multiport':
      return [match.kind, match.side, match.negated];
    case 'iprange':
      return [match.kind, match.source?.negated, match.destination?.negated];
    case 'comment':
      return null;
    case 'in-interface':
    case 'out-interface':
    case 'protocol':
    case 'fragment':
    case 'owner':
    case 'mark':
    case 'connmark':
    case 'conntrack':
    case 'state':
    case 'addrtype':
    case 'opaque':
    case 'unknown':
      return match;
  }
}

function textOf(value: unknown): string {
  return asJsonText(value);
}

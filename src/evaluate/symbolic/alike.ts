import { asJsonText } from '../../model/json.ts';
import type { Match } from '../../model/match.ts';
import type { RuleReference } from '../../model/ruleset.ts';

/**
 * Text that is equal for rules which say the same of other ports or addresses: the entries of a list of exclusions.
 * Owners, interfaces, marks and what a rule does stay.
 */
export function alikeKey({ table, chain, rule }: RuleReference): string {
  const place = `${table.backend} ${table.family} ${table.name} ${chain.name}`;
  return `${place} ${textOf(rule.matches.map(shape))} ${textOf(rule.targets)}`;
}

function shape(match: Match): unknown {
  switch (match.kind) {
    case 'source':
    case 'destination':
      return [match.kind, match.negated];
    case 'multiport':
      return [match.kind, match.side, match.negated];
    case 'iprange':
      return [match.kind, match.source?.negated, match.destination?.negated];
    case 'tcp':
    case 'udp':
    case 'sctp':
    case 'dccp':
    case 'udplite':
      return [match.kind, match.sourcePort?.negated, match.destinationPort?.negated, match.flags, match.rest];
    case 'comment':
      return null;
    default:
      return match;
  }
}

function textOf(value: unknown): string {
  return asJsonText(value);
}

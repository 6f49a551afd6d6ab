import type { Match } from '../../model/match.ts';
import type { Rule } from '../../model/ruleset.ts';
import type { Target } from '../../model/target.ts';
import { inPrintOrder, printMatch, printTarget } from './index.ts';

/**
 * The rule as words that iptables takes after `-A CHAIN`, comments included. Null where that is not known to be the
 * same rule again: parts that were not understood, and modules of which only the words are known.
 */
export function ruleWords({ matches, targets }: Pick<Rule, 'matches' | 'targets'>): readonly string[] | null {
  const parts = [...inPrintOrder(matches).map(matchWords), ...targets.map(targetWords)];
  return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
}

function matchWords(match: Match): readonly string[] | null {
  switch (match.kind) {
    case 'unknown':
    case 'opaque':
      return null;
    case 'comment':
      return ['-m', 'comment', '--comment', match.text];
    case 'in-interface':
    case 'out-interface':
      return interfaceWords(match);
    default:
      return 'rest' in match && match.rest !== undefined ? null : split(printMatch(match));
  }
}

function interfaceWords(match: Extract<Match, { kind: 'in-interface' | 'out-interface' }>): readonly string[] {
  if (match.name === '+' && !match.negated) return [];
  return [...(match.negated ? ['!'] : []), match.kind === 'in-interface' ? '-i' : '-o', match.name];
}

function targetWords(target: Target): readonly string[] | null {
  switch (target.kind) {
    case 'unknown':
    case 'continue':
      return null;
    case 'jump':
      return ['-j', target.chain];
    case 'goto':
      return ['-g', target.chain];
    case 'reject':
      return target.with === undefined ? ['-j', 'REJECT'] : ['-j', 'REJECT', '--reject-with', target.with];
    case 'ct':
      return target.rest.length > 0 ? null : split(printTarget(target));
    default:
      return split(printTarget(target));
  }
}

/** Every word that is left is a number, an address or a name of ours. */
function split(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

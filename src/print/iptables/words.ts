import type { Match } from '../../model/match.ts';
import type { Rule } from '../../model/ruleset.ts';
import type { Target } from '../../model/target.ts';
import { goes } from '../../model/target-effects.ts';
import { freeTexts, freeTextsOfTarget } from '../free-text.ts';
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
  if (match.kind === 'comment') return ['-m', 'comment', '--comment', match.text];
  if (match.kind === 'in-interface' || match.kind === 'out-interface') return interfaceWords(match);
  return split(printMatch(match), freeTexts(match));
}

function interfaceWords(match: Extract<Match, { kind: 'in-interface' | 'out-interface' }>): readonly string[] {
  if (match.name === '+' && !match.negated) return [];
  return [...(match.negated ? ['!'] : []), match.kind === 'in-interface' ? '-i' : '-o', match.name];
}

function targetWords(target: Target): readonly string[] | null {
  if (goes(target, 'calls')) return [target.kind === 'jump' ? '-j' : '-g', target.chain];
  if (target.kind === 'reject' && target.with !== undefined) return ['-j', 'REJECT', '--reject-with', target.with];
  return split(printTarget(target), freeTextsOfTarget(target));
}

/** Words that whoever wrote the rule did not choose have no spaces. */
function split(text: string, chosen: readonly string[] | null): readonly string[] | null {
  return chosen?.length === 0 ? text.split(' ').filter((word) => word !== '') : null;
}

import type { Match } from '../../../model/match.ts';
import type { Expression } from '../syntax.ts';
import type { Condition, Resolver } from './condition.ts';

/**
 * `iifname`, `oifname`, and `iif`, `oif`, which compare the index of the name. An index that no interface has now is
 * printed as a number and has no form. A trailing `*` is the wildcard, which the model writes as iptables does: `+`.
 */
export function interfaceResolver(kind: 'in-interface' | 'out-interface', by: 'name' | 'index'): Resolver {
  return (condition) => {
    const negated = condition.comparison === '!=';
    const names = namesOf(condition, by);
    if (names === null || (!negated && condition.comparison !== '==') || (names.length !== 1 && !negated)) return null;
    return names.map((name): Match => ({ kind, negated, name }));
  };
}

function namesOf({ mask, right }: Condition, by: 'name' | 'index'): string[] | null {
  if (mask !== null) return null;
  const parts = right.kind === 'set' ? right.parts : [right];
  const names = parts.map((part) => nameOf(part, by));
  return names.length > 0 && names.every((name) => name !== null) ? names : null;
}

function nameOf(part: Expression, by: 'name' | 'index'): string | null {
  if (part.kind !== 'value' || part.text === '' || (!part.quoted && part.text.startsWith('@'))) return null;
  if (by === 'index' && /^[0-9]+$/.test(part.text)) return null;
  // A name that really ends in + would turn into a wildcard, and \* is a star that means itself.
  if (part.text.endsWith('+') || part.text.includes('\\')) return null;
  return part.text.endsWith('*') ? `${part.text.slice(0, -1)}+` : part.text;
}

import type { Condition, RuleReason } from '../model/reason.ts';

/** Why a rule matched or not, with the values of both sides: `destination port is 8080, rule wants 15008`. */
export function reasonWords({ outcome, conditions }: RuleReason): string {
  if (outcome === 'match' && conditions.length === 0) return 'no conditions';
  return `${outcome === 'undetermined' ? OPEN : ''}${conditions.map(conditionWords).join('; ')}`;
}

/** The same without saying the same value twice: `uid is 1337, rule wants 1337` is `uid 1337`. */
export function briefReason({ outcome, conditions }: RuleReason): string {
  return `${outcome === 'undetermined' ? OPEN : ''}${conditions.map(briefCondition).join(', ')}`;
}

const OPEN = 'nothing known of the packet decides: ';

function conditionWords(condition: Condition): string {
  switch (condition.kind) {
    case 'wants': {
      const { field, negated, wanted } = condition;
      return `${field} is ${actual(condition)}, rule wants ${negated ? 'not ' : ''}${wanted}`;
    }
    case 'socket':
      return condition.exists ? 'the packet belongs to a socket' : 'the packet belongs to no socket';
    case 'fragment':
      return 'the packet is assumed not to be a fragment';
    case 'iprange':
      return 'address range';
    case 'addrtype':
      return 'address type';
    case 'flags':
      return `${condition.protocol} flags`;
    case 'quoted':
      return condition.text;
    case 'unknown':
      return `"${condition.raw}" is not understood`;
  }
}

function briefCondition(condition: Condition): string {
  if (condition.kind !== 'wants') return conditionWords(condition);
  const { field, negated, wanted } = condition;
  return `${field} ${actual(condition)}${negated ? ` is not ${wanted}` : ''}`;
}

function actual({ field, value }: Extract<Condition, { kind: 'wants' }>): string {
  if (value !== null) return value;
  if (field === 'uid' || field === 'gid') return 'not given';
  return field.endsWith('interface') ? 'none' : 'unknown';
}

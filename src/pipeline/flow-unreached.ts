import { type RuleUnreached, type UnfollowedHook, unreachedRules } from '../evaluate/unreached.ts';
import type { FlowUnreachedAnswer, UnreachedRule } from '../flow/classes-types.ts';
import type { Undetermined } from '../model/report.ts';
import { coversFamily, type Ruleset } from '../model/ruleset.ts';
import type { Facts } from '../observe/facts.ts';
import { seenRules } from '../observe/seen-rules.ts';
import { quoted } from '../rules/quote.ts';
import { inTime } from './in-time.ts';

/**
 * The rules that never match a packet, and why.
 * @throws CannotLook when the time is over before there is any answer
 */
export function flowUnreached(facts: Facts): FlowUnreachedAnswer {
  const { families, undetermined, notes } = seenRules(facts.pod);
  const tables = facts.pod.ruleset.tables.filter((table) => families.some((family) => coversFamily(table, family)));
  const { unreached, unfollowed, forwarding } = inTime(facts, () => unreachedRules({ tables }));
  const open = unfollowed.filter(({ family }) => families.includes(family)).map(openQuestion);
  const forwarded = `${forwarding} rules are met by forwarded packets only; they were not looked at.`;
  return {
    report: { schemaVersion: 1, rules: unreached.map(published), undetermined: [...undetermined, ...open] },
    source: facts.source,
    looked: ruleCount({ tables }) - forwarding,
    notes: [...notes, ...(forwarding > 0 ? [forwarded] : [])],
  };
}

function published({ where, reason, by, all }: RuleUnreached): UnreachedRule {
  return { family: where.table.family, rule: quoted(where), reason, by: by.map(quoted), complete: all };
}

function ruleCount({ tables }: Ruleset): number {
  return tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules)).length;
}

function openQuestion({ family, hook, because }: UnfollowedHook): Undetermined {
  return {
    code: 'NAT1004',
    message: `Which rules ${family} packets of ${hook} meet cannot be told: ${because}`,
    remedy: 'Ask about single packets with trace.',
  };
}

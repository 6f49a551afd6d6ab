import { coversFamily, findChain, type RuleReference, type Table } from '../../model/ruleset.ts';
import { type Context, istioTables, rulesOf } from '../context.ts';
import type { Cause } from './cause.ts';
import { wholeDnsCode } from './dns.ts';
import { isGuardrail } from './guardrails.ts';

/** The codes for a layout that is missing as a whole or in large part, and for the guardrails in front of it. */
export function structuralCode(cause: Cause, context: Context): string | null {
  if (context.older !== null) return 'NAT0112';
  const live = istioTables(context.pod.ruleset);
  if (cause.intruder && isGuardrail(cause.intruder)) return 'NAT0111';
  if (live.length === 0 && cause.intruder === null) return 'NAT0105';
  const { family } = cause.class;
  if (family === 'ipv6' && !context.expected.tables.some((table) => coversFamily(table, 'ipv6'))) return 'NAT0602';
  if (family === 'ipv6' && cause.intruder === null && !live.some((table) => coversFamily(table, 'ipv6')))
    return 'NAT0601';
  const dns = wholeDnsCode(cause, context);
  if (dns !== null) return dns;
  return cause.missing !== null && cause.intruder === null && isPartial(cause.missing, context) ? 'NAT0106' : null;
}

/** Whether the chain of a missing rule, or the one it jumps to, does not exist in the pod, or its whole table is bare. */
function isPartial(missing: RuleReference, context: Context): boolean {
  // Conntrack zones (raw) and the drop of INVALID packets have codes of their own, whatever is left of their table.
  if (missing.rule.targets.some(({ kind }) => kind === 'ct') || isInvalidDrop(missing)) return false;
  const tables = context.pod.ruleset.tables.filter(
    ({ family, name }) => family === missing.table.family && name === missing.table.name,
  );
  if (chainsOf(missing).some((name) => !tables.some((table: Table) => findChain(table, name)))) return true;
  return rulesOf({ tables: [missing.table] }).every((where) => context.layout.liveCount(where) === 0);
}

function isInvalidDrop({ rule }: RuleReference): boolean {
  return rule.matches.some((match) => match.kind === 'conntrack' && match.states?.value.includes('INVALID'));
}

function chainsOf({ chain, rule }: RuleReference): string[] {
  const jumps = rule.targets.flatMap((target) =>
    target.kind === 'jump' || target.kind === 'goto' ? [target.chain] : [],
  );
  return [chain.name, ...jumps];
}

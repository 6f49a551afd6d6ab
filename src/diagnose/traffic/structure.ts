import type { Context } from '../../expect/context.ts';
import { istioTables } from '../../istio/chains.ts';
import { coversFamily, findChain, type RuleReference, type Ruleset, rulesOf, type Table } from '../../model/ruleset.ts';
import type { TrafficCode } from '../catalogue/index.ts';
import type { Cause } from './cause.ts';
import { isForDns, wholeDnsCode } from './dns.ts';
import { dormantTable } from './dormant.ts';
import { isGuardrail } from './guardrails.ts';
import { isSamePort, sameTarget } from './verdicts.ts';

/** The codes for a layout that is missing as a whole or in large part, and for the guardrails in front of it. */
export function structuralCode(cause: Cause, context: Context): TrafficCode | null {
  if (context.older !== null) return 'NAT0112';
  if (dormantTable(cause, context.pod.ruleset) !== null) return 'NAT0103';
  const live = istioTables(context.pod.ruleset);
  if (cause.intruder && isGuardrail(cause.intruder)) return 'NAT0111';
  if (live.length === 0 && cause.intruder === null) return 'NAT0105';
  const { family } = cause.class;
  if (family === 'ipv6' && !context.expected.tables.some((table) => coversFamily(table, 'ipv6'))) return 'NAT0602';
  if (family === 'ipv6' && cause.intruder === null && !live.some((table) => coversFamily(table, 'ipv6')))
    return 'NAT0601';
  return partialCode(cause, context);
}

/** A table that is gone takes DNS capture with it; DNS capture that is gone takes its own table (raw) with it. */
function partialCode(cause: Cause, context: Context): TrafficCode | null {
  const missing = isGuilty(cause) ? cause.missing : null;
  if (missing !== null && isBare(missing, context) && !isForDns(missing.table)) return 'NAT0106';
  const dns = wholeDnsCode(cause, context);
  if (dns !== null) return dns;
  const { live, expected } = cause.class;
  // Conntrack zones (raw) and the drop of INVALID packets have codes of their own, whatever is left of their table.
  if (sameTarget(live.verdict, expected.verdict) && live.verdict.ctZone !== expected.verdict.ctZone) return null;
  return missing !== null && lacksChain(missing, context.pod.ruleset) ? 'NAT0106' : null;
}

/** Whether the missing rule explains the difference: nothing was added, or what captures in its place differs. */
function isGuilty({ intruder, class: { live, expected } }: Cause): boolean {
  if (intruder === null) return true;
  return live.verdict.kind !== expected.verdict.kind && isSamePort(live.verdict, expected.verdict);
}

/** Whether nothing is left of the table of a missing rule. */
function isBare(missing: RuleReference, { layout }: Context): boolean {
  if (isInvalidDrop(missing)) return false;
  return rulesOf({ tables: [missing.table] }).every((where) => layout.liveCount(where) === 0);
}

/** Whether the chain of a missing rule, or the one it jumps to, does not exist in the pod. */
function lacksChain(missing: RuleReference, live: Ruleset): boolean {
  if (isInvalidDrop(missing)) return false;
  const tables = live.tables.filter(
    ({ family, name }) => family === missing.table.family && name === missing.table.name,
  );
  return chainsOf(missing).some((name) => !tables.some((table: Table) => findChain(table, name)));
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

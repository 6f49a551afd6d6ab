import type { Context } from '../../expect/context.ts';
import type { Evidence } from '../../model/report.ts';
import { type RuleReference, rulesOf } from '../../model/ruleset.ts';
import { ruleIdentity } from '../../rules/canonical.ts';
import { missingEvidence, ruleEvidence } from '../../rules/quote.ts';
import { type Cause, intrudersOf, missingOf } from './cause.ts';
import { dormantEvidence, dormantTable } from './dormant.ts';
import { type BaseChain, droppingChains } from './policies.ts';

/** The guilty rules of causes, each once; for the first also the rule that decides in place of a missing one. */
export function evidenceOf(causes: readonly [Cause, ...Cause[]], context: Context): Evidence[] {
  const [{ intruder, missing, class: first }] = causes;
  const instead = missing && !intruder && first.live.decidedBy ? [ruleEvidence(first.live.decidedBy)] : [];
  const all = [...causes.flatMap((cause) => evidenceOfCause(cause, context)), ...instead];
  return [...new Map(all.map((item) => [JSON.stringify(item), item])).values()];
}

/** As `iptables -S` prints it. */
function policyEvidence({ table, chain }: BaseChain): Evidence {
  return { kind: 'chain', table: table.name, chain: chain.name, text: `-P ${chain.name} DROP` };
}

function evidenceOfCause(cause: Cause, context: Context): Evidence[] {
  const { order } = cause;
  const dormant = dormantTable(cause, context.pod.ruleset);
  if (dormant !== null) return [dormantEvidence(dormant)];
  const policies = droppingChains(cause, context.pod.ruleset).map(policyEvidence);
  if (policies.length > 0) return policies;
  const guilty = [...intrudersOf(cause).map(ruleEvidence), ...missingOf(cause).map(missingEvidence)];
  if (guilty.length > 0) return guilty;
  return [order?.early, order?.late].flatMap((where) => (where ? [standing(where, context)] : []));
}

/** The rule as it is in the pod. */
function standing(where: RuleReference, { pod, layout }: Context): Evidence {
  const live =
    layout.liveCount(where) > 0
      ? rulesOf(pod.ruleset).find((other) => ruleIdentity(other) === ruleIdentity(where))
      : undefined;
  return ruleEvidence(live ?? where);
}

import type { RuleReference } from '../../model/ruleset.ts';
import { coversFamily } from '../../model/ruleset.ts';
import { type Context, canonical, rulesOf } from '../context.ts';
import { missingEvidence, ruleEvidence } from '../quote.ts';
import type { Evidence } from '../report.ts';
import { type Cause, intrudersOf, missingOf } from './cause.ts';

/** The guilty rules of causes, each once; for the first also the rule that decides in place of a missing one. */
export function evidenceOf(causes: readonly [Cause, ...Cause[]], context: Context): Evidence[] {
  const [{ intruder, missing, class: first }] = causes;
  const instead = missing && !intruder && first.live.decidedBy ? [ruleEvidence(first.live.decidedBy)] : [];
  const all = [...causes.flatMap((cause) => evidenceOfCause(cause, context)), ...instead];
  return [...new Map(all.map((item) => [JSON.stringify(item), item])).values()];
}

function evidenceOfCause(cause: Cause, context: Context): Evidence[] {
  const { order, class: different } = cause;
  if (different.live.verdict.kind === 'drop' && different.live.decidedBy === null)
    return droppingPolicies(cause, context);
  const guilty = [...intrudersOf(cause).map(ruleEvidence), ...missingOf(cause).map(missingEvidence)];
  if (guilty.length > 0) return guilty;
  return [order?.early, order?.late].flatMap((where) => (where ? [standing(where, context)] : []));
}

/** The rule as it stands in the pod. */
function standing(where: RuleReference, { pod, layout }: Context): Evidence {
  const live = layout.liveCount(where) > 0 ? rulesOf(pod.ruleset).find((other) => isSameRule(other, where)) : undefined;
  return ruleEvidence(live ?? where);
}

function isSameRule(a: RuleReference, b: RuleReference): boolean {
  if (a.table.family !== b.table.family || a.table.name !== b.table.name) return false;
  return canonical(a.table, a.chain, a.rule) === canonical(b.table, b.chain, b.rule);
}

/** The built-in chains on the packet's way that drop what no rule lets by, as `iptables -S` prints them. */
function droppingPolicies({ class: { family, hook } }: Cause, { pod }: Context): Evidence[] {
  const way = hook === 'OUTPUT' ? ['OUTPUT', 'POSTROUTING'] : ['PREROUTING', 'INPUT'];
  return pod.ruleset.tables
    .filter((table) => coversFamily(table, family))
    .flatMap(({ name: table, chains }) =>
      chains.flatMap(({ name: chain, base }): Evidence[] =>
        base?.policy === 'drop' && way.includes(base.hook)
          ? [{ kind: 'chain', table, chain, text: `-P ${chain} DROP` }]
          : [],
      ),
    );
}

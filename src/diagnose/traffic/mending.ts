import type { Context } from '../../expect/context.ts';
import { findChain, type Rule, type RuleReference, rulesOf } from '../../model/ruleset.ts';
import { nftWakeTable } from '../../print/nft/commands.ts';
import { type Edit, mendingEdits, orderEdits } from '../../rules/edits.ts';
import { ENTRIES } from '../catalogue/index.ts';
import { admissions } from './admissions.ts';
import { type Cause, type Group, intrudersOf, missingOf } from './cause.ts';
import { dormantTable } from './dormant.ts';
import { guardrailsIn } from './guardrails.ts';
import { isLimitedBlock } from './limited.ts';
import { droppingChains } from './policies.ts';

/**
 * Edits of single rules; a layout that is broken as a whole is programmed anew by restarting the pod, and what may block
 * nothing that the pod meets is left as it is. `groups` are all that findings are made of.
 */
export function editsFor(group: Group, context: Context, groups: readonly Group[]): Edit[] {
  const { code, input } = group;
  const causes = group.causes.filter((cause) => !isLimitedBlock(cause, context));
  if (causes.length === 0) return [];
  const isLeft = input?.keys.includes('istioVersion') ?? false;
  if (ENTRIES[code].traffic.mending === 'reprogram' && !isLeft) return [];
  const live = context.pod.ruleset;
  const dormant = new Set(causes.flatMap((cause) => dormantTable(cause, live) ?? []));
  if (dormant.size > 0) return [...dormant].map((table) => ({ kind: 'run', argv: nftWakeTable(table) }));
  return [
    ...mendingEdits({ remove: removed(group, causes, context), restore: restored(group, context, groups) }, live),
    ...orderEdits(disordered(causes, context), live),
    ...policies(causes, context),
  ];
}

function removed({ code, input }: Group, causes: readonly Cause[], { pod }: Context): RuleReference[] {
  const families = new Set(causes.map((cause) => cause.class.family));
  const guardrails = code === 'NAT0111' ? guardrailsIn(pod.ruleset) : [];
  const ofFamily = guardrails.filter(({ table }) => table.family !== 'inet' && families.has(table.family));
  return distinct([...causes.flatMap(intrudersOf), ...(input?.stray ?? []), ...ofFamily]);
}

function restored(group: Group, context: Context, groups: readonly Group[]): RuleReference[] {
  const missing = group.causes.flatMap(missingOf).flatMap((where) => withItsChain(where, context));
  return distinct([...missing, ...(group.input?.lost ?? []), ...replacedBy(group, context, groups)]);
}

/**
 * The missing rule, or all rules of its chain where that was flushed: those that decide nothing belong there as well.
 * And what is missing where they lead, which is not seen until they are back.
 */
function withItsChain({ table, chain, rule }: RuleReference, { layout }: Context): RuleReference[] {
  const found = new Map<Rule, RuleReference>();
  const add = (where: RuleReference): void => {
    if (found.has(where.rule)) return;
    found.set(where.rule, where);
    for (const target of where.rule.targets) {
      const next = 'chain' in target ? findChain(table, target.chain) : undefined;
      for (const missing of next?.rules ?? []) {
        const reference = { table, chain: next ?? chain, rule: missing };
        if (layout.liveCount(reference) === 0) add(reference);
      }
    }
  };
  for (const one of layout.isFlushed(table, chain) ? chain.rules : [rule]) add({ table, chain, rule: one });
  return [...found.values()];
}

/**
 * What Istio writes into the chains of rules that have to go, and is missing there: they may be in its place. What
 * another finding brings back is left to that one.
 */
function replacedBy(group: Group, { expected, layout }: Context, groups: readonly Group[]): RuleReference[] {
  const chains = new Map<string, Group>();
  const named = new Set<unknown>();
  for (const candidate of groups) {
    for (const cause of candidate.causes) {
      for (const { rule } of missingOf(cause)) named.add(rule);
      for (const intruder of intrudersOf(cause))
        if (!chains.has(chainKey(intruder))) chains.set(chainKey(intruder), candidate);
    }
  }
  return rulesOf(expected).filter(
    (where) => chains.get(chainKey(where)) === group && layout.liveCount(where) === 0 && !named.has(where.rule),
  );
}

/** Istio's rules of the chains in which order decides, as far as the pod has them. */
function disordered(causes: readonly Cause[], { expected, layout }: Context): RuleReference[] {
  const chains = new Set(
    causes.flatMap(({ order }) => [order?.early, order?.late]).map((where) => where && chainKey(where)),
  );
  return rulesOf(expected).filter((where) => chains.has(chainKey(where)) && layout.liveCount(where) > 0);
}

function policies(causes: readonly Cause[], context: Context): Edit[] {
  const dropping = causes.flatMap((cause) => droppingChains(cause, context.pod.ruleset));
  const chains = [...new Map(dropping.map((home) => [home.chain, home])).values()];
  return chains.map((home) => ({ kind: 'admit', home, rules: admissions(home, context) }));
}

function chainKey({ table, chain }: RuleReference): string {
  return `${table.family} ${table.name} ${chain.name}`;
}

function distinct(rules: readonly RuleReference[]): RuleReference[] {
  return [...new Map(rules.map((where) => [where.rule, where])).values()];
}

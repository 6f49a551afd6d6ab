import type { Context } from '../../expect/context.ts';
import { isAboutIstio, isIstioChain, istioTables } from '../../istio/chains.ts';
import { isNamedElsewhere } from '../../istio/other-meshes.ts';
import { isMixture } from '../../istio/planes.ts';
import { isCovered } from '../../model/pod.ts';
import type { Evidence, Finding } from '../../model/report.ts';
import { type Chain, type RuleReference, type Ruleset, rulesOf, type Table } from '../../model/ruleset.ts';
import { canonical, ruleIdentity } from '../../rules/canonical.ts';
import { deletion } from '../../rules/edits.ts';
import { ruleEvidence } from '../../rules/quote.ts';
import { chainsFromHooks } from '../../rules/reached.ts';
import { capturedGuests } from '../behind/captured.ts';
import { defineCheck } from '../check.ts';
import { overtakenExclusions } from '../exclusions/live.ts';
import { finding } from '../finding.ts';
import { takingRules } from '../node/takers.ts';
import { trafficFindings } from '../traffic/groups.ts';
import { isGuardrail } from '../traffic/guardrails.ts';

/** More rules than this of one kind are counted, not quoted. */
const QUOTED = 10;

/** A rule that is in its chain more often than Istio writes it. */
export const duplicates = defineCheck({
  id: 'duplicates',
  ofLayout: true,
  description: 'no rule of Istio is there more than once',
  codes: ['NAT0108'],
  run: (context) => {
    if (context.older !== null) return { skipped: 'the layout is that of an older release' };
    if (isMixture(context.pod.ruleset)) return { skipped: "there are several sets of Istio's rules" };
    const twice = repeated(context);
    if (twice.length === 0) return [];
    return [
      finding('NAT0108', {
        message: `${twice.length === 1 ? 'A rule is' : `${twice.length} rules are`} in its chain more than once.`,
        evidence: quotedRules(twice),
        edits: twice.toReversed().map(deletion),
      }),
    ];
  },
});

/** The second and further copies of rules in Istio's chains, and of Istio's rules in built-in chains. */
function repeated({ pod, layout }: Context): RuleReference[] {
  const seen = new Map<string, number>();
  return rulesOf(pod.ruleset).filter((where) => {
    const expected = layout.expectedCount(where);
    if (expected === 0 && !isIstioChain(where.table, where.chain)) return false;
    // What was not understood may be different in each.
    if ([...where.rule.matches, ...where.rule.targets].some(({ kind }) => kind === 'unknown')) return false;
    const key = `${where.table.backend} ${ruleIdentity(where)}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count > Math.max(1, expected);
  });
}

/** Rules of others that change nothing for the traffic of the mesh. */
export const foreign = defineCheck({
  id: 'other-rules',
  description: 'no rules but those of Istio',
  codes: ['NAT0110'],
  run: (context) => {
    if (context.older !== null) return { skipped: 'the layout is that of an older release' };
    const guilty = quotedSomewhere(trafficFindings(context));
    const named = new Set(
      [
        ...overtakenExclusions(context).map(({ where }) => where),
        ...takingRules(context),
        ...capturedGuests(context).flatMap(({ rules }) => rules),
      ].map(({ rule }) => rule),
    );
    const others = rulesOf(context.pod.ruleset).filter(
      (where) => isForeign(where, context) && !named.has(where.rule) && !guilty.has(evidenceKey(ruleEvidence(where))),
    );
    if (others.length === 0) return [];
    const message = `${others.length === 1 ? 'One rule is' : `${others.length} rules are`} not Istio's and ${others.length === 1 ? 'changes' : 'change'} nothing for the traffic that Istio captures.`;
    return [finding('NAT0110', { message, evidence: quotedRules(others) })];
  },
});

function isForeign(where: RuleReference, { layout, open }: Context): boolean {
  // Whether a rule that nothing decides changes the traffic is what the open questions are about.
  if (open.length > 0 && where.rule.matches.some(({ kind }) => kind === 'opaque' || kind === 'unknown')) return false;
  // A jump to one of Istio's chains is Istio's, wherever it is.
  return !(isAboutIstio(where) || layout.expectedCount(where) > 0 || isGuardrail(where) || isNamedElsewhere(where));
}

function quotedSomewhere(findings: readonly Finding[]): Set<string> {
  return new Set(findings.flatMap(({ evidence }) => evidence.map(evidenceKey)));
}

function evidenceKey(evidence: Evidence): string {
  return JSON.stringify(evidence);
}

function quotedRules(rules: readonly RuleReference[]): Evidence[] {
  return rules.slice(0, QUOTED).map(ruleEvidence);
}

/** The text differs from Istio's and does the same to every packet. */
export const equivalent = defineCheck({
  id: 'text',
  ofLayout: true,
  description: 'the rules are those that Istio writes',
  codes: ['NAT0113'],
  run: (context) => {
    if (context.different.length > 0 || context.open.length > 0) return { skipped: 'packets are treated differently' };
    if (context.older !== null) return { skipped: 'the layout is that of an older release' };
    if (istioTables(context.pod.ruleset).length === 0) return { skipped: 'there are no rules of Istio' };
    if (isMixture(context.pod.ruleset)) return { skipped: "there are several sets of Istio's rules" };
    if (context.config.scope === 'host') return { skipped: 'what becomes of a source is not followed' };
    const chains = differingChains(context);
    if (chains.length === 0) return [];
    const evidence = chains.slice(0, QUOTED);
    const message = `${chains.length === 1 ? 'One chain reads' : `${chains.length} chains read`} differently from what Istio writes, and every packet is treated the same.`;
    return [finding('NAT0113', { message, evidence })];
  },
});

/** Istio's chains whose rules, or their order, are not as expected. Copies and others' rules are reported elsewhere. */
function differingChains({ pod, expected, layout }: Context): Evidence[] {
  const wanted = chainTexts(expected, () => true);
  const live = chainTexts(
    pod.ruleset,
    (where) => isIstioChain(where.table, where.chain) || layout.expectedCount(where) > 0,
  );
  const names = new Set([...wanted.keys(), ...live.keys()]);
  return [...names].flatMap((key): Evidence[] => {
    const [family, table = '', chain = ''] = key.split(' ');
    if (!isCovered(pod, { family: family as Table['family'], name: table })) return [];
    const a = [...new Set(wanted.get(key) ?? [])].join('\n');
    const b = [...new Set(live.get(key) ?? [])].join('\n');
    return a === b
      ? []
      : [{ kind: 'chain', table, chain, text: firstDifference(wanted.get(key) ?? [], live.get(key) ?? []) }];
  });
}

function chainTexts(ruleset: Ruleset, include: (where: RuleReference) => boolean): Map<string, string[]> {
  const texts = new Map<string, string[]>();
  for (const where of rulesOf(ruleset).filter(include)) {
    const { table, chain, rule } = where;
    const key = `${table.family} ${table.name} ${chain.name}`;
    texts.set(key, [...(texts.get(key) ?? []), canonical(table, chain, rule)]);
  }
  return texts;
}

function firstDifference(wanted: readonly string[], live: readonly string[]): string {
  const at = wanted.findIndex((text, i) => text !== live[i]);
  const position = at < 0 ? wanted.length : at;
  const show = (text: string | undefined) => text ?? '(no rule)';
  return `rule ${position + 1} is ${show(live[position])}; Istio writes ${show(wanted[position])}`;
}

/** An Istio chain with rules that nothing leads to, though Istio's layout does, or does not know it. */
export const unreachable = defineCheck({
  id: 'reachable-chains',
  ofLayout: true,
  description: "all of Istio's chains that should be reached are",
  codes: ['NAT0103'],
  run: (context) => {
    // The missing jump that leaves a chain behind has been named already.
    if (context.different.length > 0) return { skipped: 'the differences in traffic say why' };
    if (isMixture(context.pod.ruleset)) return { skipped: "there are several sets of Istio's rules" };
    const lost = context.pod.ruleset.tables.flatMap((table) => lostChains(table, context));
    if (lost.length === 0) return [];
    const names = lost.map(({ table, chain }) => `${table.name} ${chain.name}`).join(', ');
    const evidence = quotedRules(
      lost.flatMap(({ table, chain }) => chain.rules.map((rule) => ({ table, chain, rule }))),
    );
    return [
      finding('NAT0103', {
        message: `No rule leads to ${names}: the rules there do nothing.`,
        evidence,
        likely: { kind: 'rule-lost', several: false },
      }),
    ];
  },
});

function lostChains(table: Table, { expected }: Context): { table: Table; chain: Chain }[] {
  const reached = chainsFromHooks(table);
  const like = expected.tables.find(({ family, name }) => family === table.family && name === table.name);
  const meantToBeLost = new Set(
    like ? like.chains.filter(({ name }) => !chainsFromHooks(like).has(name)).map(({ name }) => name) : [],
  );
  return table.chains.flatMap((chain) =>
    isIstioChain(table, chain) && chain.rules.length > 0 && !reached.has(chain.name) && !meantToBeLost.has(chain.name)
      ? [{ table, chain }]
      : [],
  );
}

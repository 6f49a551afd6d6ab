import type { DiffAnswer, DiffCause, DiffDifference, DiffRequest } from '../diagnose/differences-types.ts';
import { type Cause, causeOf } from '../diagnose/traffic/cause.ts';
import { mostOrdinaryFirst } from '../diagnose/traffic/ordinary.ts';
import { packetsInWords } from '../diagnose/traffic/words.ts';
import { type Comparison, compareRulesets, type DifferentClass, type OpenClass } from '../evaluate/compare.ts';
import { marksThatMatter, type WatchedMark, watchedMarks } from '../evaluate/symbolic/watched.ts';
import { expectationOf, layersOf } from '../expect/index.ts';
import { nowAndBefore, podAndLayout, type Sides } from '../expect/sides.ts';
import { expectedRouting } from '../layout/index.ts';
import type { Undetermined } from '../model/report.ts';
import type { RoutingRule } from '../model/routing.ts';
import type { Ruleset } from '../model/ruleset.ts';
import type { Facts } from '../observe/facts.ts';
import { LayoutIndex } from '../rules/layout-index.ts';
import { quoted } from '../rules/quote.ts';
import { declaredInputs } from './config.ts';
import { gatherFacts } from './facts.ts';
import { inTime } from './in-time.ts';
import type { Outside } from './outside.ts';
import { publishedSteps } from './trace.ts';

/**
 * Every class of packets that the rules treat otherwise than the expected layout, or than other rules, does.
 * @throws UsageError when an input is malformed
 * @throws CannotLook when a named file cannot be read
 */
export async function diff(request: DiffRequest, outside: Outside): Promise<DiffAnswer> {
  const declared = request.against === undefined ? await declaredInputs(request.config, outside) : [];
  const facts = await gatherFacts(request.source, outside);
  const before = request.against === undefined ? null : await gatherFacts(request.against, outside);
  return inTime(facts, () => {
    const { other, sides } = before === null ? againstLayout(request, declared, facts) : againstRules(facts, before);
    return { source: facts.source, other, ...compared(sides, request.traces) };
  });
}

type Opponent = Pick<DiffAnswer, 'other'> & { readonly sides: Sides };

function againstLayout(request: DiffRequest, declared: Parameters<typeof layersOf>[1], facts: Facts): Opponent {
  const { resolved, judged, expected } = expectationOf(layersOf(request, declared, facts), facts);
  const watched = [...watchedMarks(expected), ...marksOfRouting(expectedRouting(resolved.config).rules)];
  return { other: { kind: 'layout', config: judged }, sides: podAndLayout(facts.pod, expected, watched) };
}

function againstRules(now: Facts, before: Facts): Opponent {
  const seen = marksThatMatter(now.pod.ruleset, before.pod.ruleset);
  const watched = [...seen, ...marksOfRouting(now.pod.routing?.rules ?? [])];
  const files = before.source.kind === 'rules' ? before.source.files : [];
  return { other: { kind: 'rules', files }, sides: nowAndBefore(now.pod, before.pod, watched) };
}

function marksOfRouting(rules: readonly RoutingRule[]): WatchedMark[] {
  return rules.flatMap(({ mark }) => (mark ? [{ field: 'mark', ...mark } as const] : []));
}

function compared(sides: Sides, traces: boolean): Pick<DiffAnswer, 'report' | 'causes'> {
  const comparisons = sides.families.flatMap((family) =>
    (['PREROUTING', 'OUTPUT'] as const).map((hook) => comparison(sides, { family, hook })),
  );
  const open = comparisons.flatMap((one) => one.open);
  const undetermined = [...sides.undetermined, ...(isSame(sides, open) ? [] : open.map(openQuestion))];
  const layout = new LayoutIndex(sides.live, sides.expected);
  const causes = comparisons.flatMap((one) =>
    one.different
      .filter((different) => isCertain(different, sides))
      .map((different) => causeOf(different, { ...sides, layout })),
  );
  const ordered = mostOrdinaryFirst(causes);
  const differences = ordered.map((cause) => difference(cause, traces));
  const equivalent = differences.length > 0 ? false : undetermined.length > 0 ? null : true;
  return { report: { schemaVersion: 1, equivalent, differences, undetermined }, causes: ordered.map(publishedCause) };
}

/** A packet that no rule of a cut text decides about may have met one that is missing there. */
function isCertain({ live, expected }: DifferentClass, { lost }: Sides): boolean {
  return !(lost.live && live.decidedBy === null) && !(lost.expected && expected.decidedBy === null);
}

function comparison({ live, expected, ...rest }: Sides, scope: Pick<OpenClass, 'family' | 'hook'>): Comparison {
  const { localAddresses, watched } = rest;
  return compareRulesets(live, expected, { ...scope, localAddresses, watched, classes: 'outcomes' });
}

function difference({ class: { live, expected, ...described } }: Cause, traces: boolean): DiffDifference {
  const { family, hook, packets, witness } = described;
  return {
    family,
    hook,
    packets,
    witness,
    live: live.verdict,
    expected: expected.verdict,
    liveRule: live.decidedBy && quoted(live.decidedBy),
    expectedRule: expected.decidedBy && quoted(expected.decidedBy),
    ...(traces && { traces: { live: publishedSteps(live.steps), expected: publishedSteps(expected.steps) } }),
  };
}

function publishedCause({ intruder, missing, order }: Cause): DiffCause | null {
  if (intruder) return { kind: 'added', rule: quoted(intruder) };
  if (missing) return { kind: 'removed', rule: quoted(missing) };
  return order?.early ? { kind: 'early', rule: quoted(order.early) } : null;
}

function openQuestion(open: OpenClass): Undetermined {
  return {
    code: 'NAT1004',
    message: `Whether ${packetsInWords(open)} fares differently cannot be told: ${open.because}`,
    remedy: 'Look at that rule by hand: istio-nat knows its text, and no packet field decides it.',
  };
}

/** What is rule for rule the same does the same, whatever a condition that nobody knows depends on. */
function isSame({ live, expected }: Sides, open: readonly OpenClass[]): boolean {
  return open.length > 0 && essence(live) === essence(expected);
}

function essence({ tables }: Ruleset): string {
  const plain = tables.map(({ backend, family, name, chains }) => [
    [backend, family, name],
    chains.map((chain) => [chain.name, chain.base, chain.rules.map(({ matches, targets }) => [matches, targets])]),
  ]);
  return JSON.stringify(plain, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

import { type Comparison, compareRulesets, type DifferentClass, type OpenClass } from '../evaluate/compare.ts';
import { publishedSteps } from '../evaluate/publish.ts';
import type { Sides } from '../expect/sides.ts';
import type { Config } from '../model/config.ts';
import { asJsonText } from '../model/json.ts';
import type { Releases } from '../model/releases.ts';
import type { Difference, QuotedRule, Source, Undetermined } from '../model/report.ts';
import type { Ruleset } from '../model/ruleset.ts';
import type { TraceStep } from '../model/trace.ts';
import { LayoutIndex } from '../rules/layout-index.ts';
import { quoted } from '../rules/quote.ts';
import { type Cause, causeOf } from './traffic/cause.ts';
import { differenceBy } from './traffic/describe.ts';
import { mostOrdinaryFirst } from './traffic/ordinary.ts';
import { packetsInWords } from './traffic/words.ts';

/** A class of packets that fares differently, with the ways of its witness if they were asked for. */
export interface DiffDifference extends Difference {
  readonly traces?: { readonly live: readonly TraceStep[]; readonly expected: readonly TraceStep[] };
}

/** The answer of `diff`. Its JSON form is `schema/diff.schema.json`. */
export interface DiffReport {
  readonly schemaVersion: 1;
  /** Null: no difference was found, and something that matters could not be looked at or told. */
  readonly equivalent: boolean | null;
  /** The most ordinary packets first. */
  readonly differences: readonly DiffDifference[];
  readonly undetermined: readonly Undetermined[];
}

/** The rule that makes a difference: one too many, one missing, or one that comes too early. */
export interface DiffCause {
  readonly kind: 'added' | 'removed' | 'early';
  readonly rule: QuotedRule;
}

/** The report together with what words for people need besides. */
export interface DiffAnswer {
  readonly report: DiffReport;
  readonly source: Source;
  /** The other side: the layout of a configuration (with the releases that write it, where that was inferred), or files. */
  readonly other:
    | { readonly kind: 'layout'; readonly config: Config; readonly releases?: Releases }
    | Extract<Source, { kind: 'rules' }>;
  /** For each difference the rule that makes it, where one alone does. */
  readonly causes: readonly (DiffCause | null)[];
}

export function compared(sides: Sides, traces: boolean): Pick<DiffAnswer, 'report' | 'causes'> {
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
  const { links, watched } = rest;
  return compareRulesets(live, expected, { ...scope, ...links, watched, classes: 'outcomes' });
}

function difference({ class: different }: Cause, traces: boolean): DiffDifference {
  const { live, expected } = different;
  return {
    ...differenceBy(different, live.decidedBy, expected.decidedBy),
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
  return asJsonText(plain);
}

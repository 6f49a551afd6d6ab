import type { DifferentClass } from '../../evaluate/compare.ts';
import { evaluatePacket, Hooks, type Trace, type TraceStep, verdictKey } from '../../evaluate/packet.ts';
import type { Config, ConfigKey } from '../../model/config.ts';
import type { RuleReference, Ruleset } from '../../model/ruleset.ts';
import { ruleIdentity } from '../../rules/canonical.ts';
import type { LayoutIndex } from '../../rules/layout-index.ts';
import type { TrafficCode } from '../catalogue/index.ts';

/** Why a class of packets is treated differently. */
export interface Cause {
  readonly class: DifferentClass;
  /** The live rule that Istio did not write and without which the packets would be treated another way. */
  readonly intruder: RuleReference | null;
  /** The rule of Istio's that the pod lacks and that decides what should happen. */
  readonly missing: RuleReference | null;
  /** All rules that the packet meets in the pod and Istio did not write, and all of Istio's that it would meet. */
  readonly unexpected: readonly RuleReference[];
  readonly lacking: readonly RuleReference[];
  /** Nothing was added and nothing is missing: the rule that comes too early, and the one that comes too late. */
  readonly order: Order | null;
  /** Where the class is that of many rules like the guilty ones: the others of those. */
  readonly alike: { readonly intruders: readonly RuleReference[]; readonly missing: readonly RuleReference[] };
}

/** Where the ways of a packet part, though both rulesets have the same rules. */
export interface Order {
  readonly early: RuleReference | null;
  readonly late: RuleReference | null;
}

/** A setting with which the pod was not programmed, and the rules that are as if it had another value. */
export interface InputFault {
  readonly keys: readonly ConfigKey[];
  /** The other value, with all other inputs as they are meant. */
  readonly config: Config;
  /** What Istio writes for the value that was meant, in the expected rules. */
  readonly lost: readonly RuleReference[];
  /** What it wrote in place of that, in the pod's. */
  readonly stray: readonly RuleReference[];
  readonly causes: readonly Cause[];
}

/** Causes that are one fault, and the code of the catalogue for it. */
export interface Group {
  readonly code: TrafficCode;
  readonly causes: readonly [Cause, ...Cause[]];
  /** The setting without which the pod was programmed, where all of it is one. */
  readonly input?: InputFault;
}

/** The two rulesets that are held against each other. */
export interface ComparedRulesets {
  readonly live: Ruleset;
  readonly expected: Ruleset;
  readonly layout: LayoutIndex;
}

/**
 * Finds the guilty rules by holding the two ways of the witness against each other. A rule is guilty when the packet
 * would fare differently without it; one that only logs, marks, or jumps somewhere and comes back is not.
 */
export function causeOf(different: DifferentClass, { live, expected, layout }: ComparedRulesets): Cause {
  const unexpected = matched(different.live.steps).filter((where) => layout.expectedCount(where) === 0);
  const lacking = matched(different.expected.steps).filter((where) => layout.liveCount(where) === 0);
  const missing = firstMissing(different.expected, expected, lacking);
  const intruder = intruderOf(different.live, live, unexpected.filter(steers), missing === null);
  const order = intruder === null && missing === null ? orderOf(different) : null;
  const alike = {
    intruders: others(different.alike?.live, intruder).filter((where) => layout.expectedCount(where) === 0),
    missing: others(different.alike?.expected, missing).filter((where) => layout.liveCount(where) === 0),
  };
  return { class: different, intruder, missing, unexpected, lacking, order, alike };
}

/** The live rules that are guilty: the one of the witness, and those like it. */
export function intrudersOf({ intruder, alike }: Cause): readonly RuleReference[] {
  return intruder === null ? [] : [intruder, ...alike.intruders];
}

/** The missing rules that are guilty: the one of the witness, and those like it. */
export function missingOf({ missing, alike }: Cause): readonly RuleReference[] {
  return missing === null ? [] : [missing, ...alike.missing];
}

function others(like: readonly RuleReference[] | undefined, guilty: RuleReference | null): RuleReference[] {
  const isAmong = like?.some(({ rule }) => rule === guilty?.rule) ?? false;
  return isAmong && like ? like.filter(({ rule }) => rule !== guilty?.rule) : [];
}

/** The first rule on the way that the pod lacks and the verdict depends on; the very first if each alone would do. */
function firstMissing(trace: Trace, ruleset: Ruleset, lacking: readonly RuleReference[]): RuleReference | null {
  if (lacking.length < 2) return lacking[0] ?? null;
  return lacking.find((where) => isDecisive(where, trace, ruleset)) ?? lacking[0] ?? null;
}

/**
 * The rule of others that the verdict depends on, the one that decided before one that led there. Where several would each
 * be enough, the one that decided; but one that let the packet through, or is merely on its way, is innocent unless the
 * layout is `complete`.
 */
function intruderOf(
  trace: Trace,
  ruleset: Ruleset,
  others: readonly RuleReference[],
  complete: boolean,
): RuleReference | null {
  // Nothing else can be guilty, and trying without each of a thousand rules takes long.
  if (complete && others.length < 2) return others[0] ?? null;
  const decider = others.find(({ rule }) => rule === trace.decidedBy?.rule);
  const ordered = decider ? [decider, ...others.filter((where) => where !== decider)] : others;
  const decisive = ordered.find((where) => isDecisive(where, trace, ruleset));
  if (decisive !== undefined) return decisive;
  if (complete) return decider ?? others[0] ?? null;
  return trace.verdict.kind === 'accept' ? null : (decider ?? null);
}

/** Whether the packet would fare differently if the rule were not there. */
function isDecisive(where: RuleReference, trace: Trace, ruleset: Ruleset): boolean {
  const hooks = new Hooks(withoutRule(ruleset, where));
  const { verdict } = evaluatePacket(hooks, trace.packet, { reach: 'arrival' });
  return verdictKey(verdict) !== verdictKey(trace.verdict);
}

function withoutRule(ruleset: Ruleset, { table, chain, rule }: RuleReference): Ruleset {
  const rest = { ...chain, rules: chain.rules.filter((candidate) => candidate !== rule) };
  const chains = table.chains.map((candidate) => (candidate === chain ? rest : candidate));
  return { tables: ruleset.tables.map((candidate) => (candidate === table ? { ...table, chains } : candidate)) };
}

/** The first rule of each way that the other way does not meet. */
function orderOf({ live, expected }: DifferentClass): Order {
  const first = (own: Trace, other: Trace) => {
    const met = new Set(matched(other.steps).map(ruleIdentity));
    return matched(own.steps).find((where) => !met.has(ruleIdentity(where))) ?? null;
  };
  return { early: first(live, expected) ?? live.decidedBy, late: first(expected, live) };
}

function matched(steps: readonly TraceStep[]): RuleReference[] {
  return steps.filter(({ outcome }) => outcome === 'match').map(({ where }) => where);
}

/** Rules that log or count send a packet nowhere. */
function steers({ rule }: RuleReference): boolean {
  return rule.targets.some(({ kind }) => kind !== 'continue');
}

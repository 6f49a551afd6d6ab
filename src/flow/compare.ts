import type { WatchedMark } from '../evaluate/symbolic/watched.ts';
import { ruleIdentity } from '../rules/canonical.ts';
import { quoted } from '../rules/quote.ts';
import type { PassStep } from './chains.ts';
import { goesOn, type HookPass, type Passage } from './pass.ts';
import type { Instead, Intended } from './types.ts';

/** No rule where the layout has some. */
interface Gap {
  readonly kind: 'gap';
  readonly table: string | null;
  readonly chain: string | null;
}

/** A step of a hook, held against the expected layout. */
export interface Judged {
  readonly step: PassStep | Gap;
  readonly intended: Intended;
  readonly expected?: Instead;
}

/** What is held against the expected layout: its way of the same packet, and the marks that somebody looks at. */
export interface Measure {
  /** Null: nobody knows what is meant. */
  readonly expected: Passage | null;
  readonly watched: readonly WatchedMark[];
}

/**
 * The steps of each hook with what the layout says of them. Only a hook that does something else to the packet has a
 * wrong step, and that is the first at which the two ways part: a rule, the end of a chain, or a gap.
 */
export function judged(live: Passage, { expected, watched }: Measure): Judged[][] {
  let wrong = false;
  return live.hooks.map((pass, position) => {
    const other = expected?.hooks[position];
    if (wrong) return withAll(pass, 'follows');
    if (!other || isOpen(pass) || isOpen(other)) return withAll(pass, 'unknown');
    if (sameOutcome(pass, other, watched)) return withAll(pass, 'yes');
    wrong = true;
    return parted(pass, other);
  });
}

function isOpen({ verdict }: HookPass): boolean {
  return verdict.kind === 'undetermined';
}

function withAll({ steps }: HookPass, intended: Intended): Judged[] {
  return steps.map((step) => ({ step, intended }));
}

function parted(live: HookPass, expected: HookPass): Judged[] {
  const [ours, theirs] = [live.steps.filter(counts), expected.steps.filter(counts)];
  const at = ours.findIndex((step, index) => identity(step) !== identity(theirs[index]));
  const there = theirs[at < 0 ? Math.min(ours.length, theirs.length - 1) : at];
  const instead = { verdict: expected.verdict, rule: there?.kind === 'rule' ? quoted(there.where) : null };
  if (at < 0 && ours.length < theirs.length) {
    return [...withAll(live, 'yes'), { step: gapAt(there), intended: 'no', expected: instead }];
  }
  const wrong = ours[at < 0 ? ours.length - 1 : at];
  const position = wrong === undefined ? -1 : live.steps.indexOf(wrong);
  return live.steps.map((step, index) =>
    index === position
      ? { step, intended: 'no', expected: instead }
      : { step, intended: index < position ? 'yes' : 'follows' },
  );
}

function gapAt(step: PassStep | undefined): Gap {
  if (step === undefined) return { kind: 'gap', table: null, chain: null };
  const { table, chain } = step.kind === 'rule' ? step.where : step;
  return { kind: 'gap', table: table.name, chain: chain.name };
}

/** Counters and logs let the packet go on as it was. */
function counts(step: PassStep): boolean {
  if (step.kind === 'end') return true;
  return step.where.rule.targets.some(({ kind }) => kind !== 'continue');
}

function identity(step: PassStep | undefined): string {
  if (step === undefined) return '';
  if (step.kind === 'end') return `end ${step.table.family} ${step.table.name} ${step.chain.name}`;
  return ruleIdentity(step.where);
}

/** The same place, zone and marks; marks only as far as somebody looks at them. */
function sameOutcome(live: HookPass, expected: HookPass, watched: readonly WatchedMark[]): boolean {
  if (JSON.stringify(withoutMark(live)) !== JSON.stringify(withoutMark(expected))) return false;
  const seen = (number: number, { value, mask }: WatchedMark) => (number & mask) >>> 0 === value >>> 0;
  const alike = (one: WatchedMark) => seen(live[one.field], one) === seen(expected[one.field], one);
  return !goesOn(live.verdict) || watched.every(alike);
}

function withoutMark({ verdict: { mark: _mark, ...rest } }: HookPass): unknown {
  return Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
}

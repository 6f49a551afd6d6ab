import type { DifferentClass } from '../../evaluate/compare.ts';
import type { TraceStep } from '../../evaluate/packet.ts';
import type { RuleReference } from '../../model/ruleset.ts';
import type { LayoutIndex } from '../context.ts';

/** Why a class of packets is treated differently. */
export interface Cause {
  readonly class: DifferentClass;
  /** The live rule that Istio did not write and that decided, or sent the packet where it was decided. */
  readonly intruder: RuleReference | null;
  /** The first rule on the expected way that the pod lacks. */
  readonly missing: RuleReference | null;
}

/** Finds the guilty rules by holding the two ways of the witness against each other. */
export function causeOf(different: DifferentClass, layout: LayoutIndex): Cause {
  return {
    class: different,
    intruder: intruderOf(different, layout),
    missing: missingOf(different, layout),
  };
}

function intruderOf({ live }: DifferentClass, layout: LayoutIndex): RuleReference | null {
  const isIntruder = (where: RuleReference) => layout.expectedCount(where) === 0;
  if (live.decidedBy && isIntruder(live.decidedBy)) return live.decidedBy;
  const steered = matched(live.steps).find(({ where }) => isIntruder(where) && steers(where));
  return steered?.where ?? null;
}

function missingOf({ expected }: DifferentClass, layout: LayoutIndex): RuleReference | null {
  return matched(expected.steps).find(({ where }) => layout.liveCount(where) === 0)?.where ?? null;
}

function matched(steps: readonly TraceStep[]): TraceStep[] {
  return steps.filter(({ outcome }) => outcome === 'match');
}

/** Rules that log or count send a packet nowhere. */
function steers({ rule }: RuleReference): boolean {
  return rule.targets.some(({ kind }) => kind !== 'continue');
}

/** Causes that are one fault, and the code of the catalogue for it. */
export interface Group {
  readonly code: string;
  readonly causes: readonly [Cause, ...Cause[]];
}

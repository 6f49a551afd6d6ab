import type { Context } from '../../expect/context.ts';
import { CHANGES, compareReleases, parseRelease } from '../../layout/index.ts';
import { type RuleReference, rulesOf } from '../../model/ruleset.ts';
import { RuleCounts } from '../../rules/rule-counts.ts';
import type { Cause, InputFault } from './cause.ts';

/** One rule too many can be anybody's; several that one release writes are that release's. */
const FEWEST = 2;

/**
 * Rules that another release writes with these inputs, beside a complete layout of the one that is meant: Istio was run
 * again and did not clean up. The newest release that accounts for the most differences; null where none does.
 */
export function leftovers(causes: readonly Cause[], context: Context): InputFault | null {
  const intruders = causes.flatMap(({ intruder }) => intruder ?? []);
  if (!context.layout.isComplete() || distinct(intruders) < FEWEST) return null;
  const found = RELEASES.map((release) => leftBy(release, causes, context)).filter(
    (one) => distinct(one.stray) >= FEWEST,
  );
  const [most] = found.toSorted((a, b) => b.causes.length - a.causes.length);
  return most === undefined || most.causes.length === 0 ? null : most;
}

function leftBy(istioVersion: string, causes: readonly Cause[], context: Context): InputFault {
  const { config, layout, pod, expectedWith } = context;
  const written = new RuleCounts(expectedWith({ istioVersion }));
  const isLeft = (where: RuleReference) => layout.expectedCount(where) === 0 && written.of(where) > 0;
  return {
    keys: ['istioVersion'],
    config: { ...config, istioVersion },
    lost: [],
    stray: rulesOf(pod.ruleset).filter(isLeft),
    causes: causes.filter(({ intruder }) => intruder !== null && isLeft(intruder)),
  };
}

function distinct(rules: readonly RuleReference[]): number {
  return new Set(rules.map(({ rule }) => rule)).size;
}

/** A release for each change of the layout, newest first. */
const RELEASES: readonly string[] = [...new Set(CHANGES.flatMap(({ since }) => since))].toSorted((a, b) => {
  const [first, second] = [parseRelease(a), parseRelease(b)];
  return 'error' in first || 'error' in second ? 0 : compareReleases(second, first);
});

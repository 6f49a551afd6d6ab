import { FAMILIES, type Family } from '../model/family.ts';
import { type Pod, toldObstacle } from '../model/pod.ts';
import type { Undetermined } from '../model/report.ts';
import { AS_ASKED_FOR, type ShownTable } from '../model/shown.ts';

/** Which of a pod's rules an answer can cover, and what keeps it from being complete. */
export interface SeenRules {
  readonly families: readonly Family[];
  readonly undetermined: readonly Undetermined[];
  /** Tables that were not shown, though others of the family were. */
  readonly notes: readonly string[];
}

/** Whether rules that were not read may be anywhere, so that nobody knows what a packet meets. */
export function mayMeetUnseen(obstacles: Pod['obstacles']): boolean {
  return obstacles.some(({ concerns, lost }) => concerns === 'rules' && lost !== 'in-gaps');
}

/**
 * The families whose rules were seen. Where some that could not be read may be anywhere, a packet may meet them: then
 * no step is shown, as in `trace`.
 */
export function seenRules({ coverage, obstacles, ruleset, shown = [] }: Pod): SeenRules {
  const unseen = obstacles.filter(({ concerns }) => concerns === 'rules');
  const blind = mayMeetUnseen(obstacles) || (unseen.length > 0 && ruleset.tables.length === 0);
  const families = FAMILIES.filter((family) => coverage.some((one) => one.family === family));
  const notes = coverage.flatMap(({ family, tables }) =>
    tables === 'all'
      ? []
      : [`Only these tables were shown for ${family}: ${tables.join(', ')}. What others do is left out.`],
  );
  return {
    families: blind ? [] : families,
    undetermined: unseen.map(toldObstacle),
    notes: [...new Set([...notes, ...askedFor(shown)])],
  };
}

function askedFor(shown: readonly ShownTable[]): string[] {
  const asked = shown.filter(({ form }) => form === 'restore');
  if (asked.length === 0) return [];
  const names = [...new Set(asked.map(({ table }) => table))].join(', ');
  return [`The rules of ${names} are ${AS_ASKED_FOR}.`];
}

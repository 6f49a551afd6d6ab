import explanations from './explained.json' with { type: 'json' };
import type { Mutation } from './mutation.ts';

/** Mutations that no test can notice, known by their text so that lines may move. */
export interface Explanation {
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** Why it cannot matter. */
  readonly because: string;
}

const EXPLAINED: readonly Explanation[] = explanations;

/** Why a mutation cannot matter, where that was found out. */
export function explanationOf({ file, before, after }: Mutation): Explanation | null {
  return EXPLAINED.find((one) => one.file === file && one.before === before && one.after === after) ?? null;
}

/** The explanations of mutations that are no longer there. `mutations` are all of the explained files. */
export function staleExplanations(mutations: readonly Mutation[]): Explanation[] {
  const used = new Set(mutations.map(explanationOf));
  return EXPLAINED.filter((one) => !used.has(one));
}

/** The files that have explained mutations. */
export const EXPLAINED_FILES: readonly string[] = [...new Set(EXPLAINED.map(({ file }) => file))];

import type { ScratchCopy } from './copy.ts';
import type { Mutation } from './mutation.ts';
import type { Related } from './related.ts';
import type { Vitest } from './vitest.ts';

/** What the tests say about a mutation. Too long: they did not come to an end, as in a loop that never ends. */
export type Judgement =
  | { readonly kind: 'killed'; readonly by: string }
  | { readonly kind: 'survived'; readonly tests: number }
  | { readonly kind: 'too-long' };

/** How many of the nearest tests are run ahead of the others. */
const NEAREST = 10;

/** A test file that takes longer is asked last. */
const SLOW_MS = 5000;

/** Asks the tests about one mutation after the other. */
export class Judge {
  readonly #copy: ScratchCopy;
  readonly #related: Related;
  readonly #vitest: Vitest;
  readonly #nearest: number | null;
  /** Tests by whether they pass without any mutation. */
  readonly #passes = new Map<string, boolean>();

  /** `nearest`: ask only so many of the nearest tests, and no slow ones. */
  constructor(copy: ScratchCopy, related: Related, vitest: Vitest, nearest: number | null) {
    this.#copy = copy;
    this.#related = related;
    this.#vitest = vitest;
    this.#nearest = nearest;
  }

  /** Tests that fail without any mutation: they cannot judge one. */
  get broken(): readonly string[] {
    return [...this.#passes].filter(([, passes]) => !passes).map(([test]) => test);
  }

  /** Runs what tests the mutated file, the nearest tests first, until one notices. */
  async judge(mutation: Mutation): Promise<Judgement> {
    const all = this.#related.testsOf(mutation.file);
    const quick = all.filter((test) => !this.#isSlow(test));
    const slow = all.filter((test) => this.#isSlow(test));
    const batches =
      this.#nearest === null ? [quick.slice(0, NEAREST), quick.slice(NEAREST), slow] : [quick.slice(0, this.#nearest)];
    for (const batch of batches) {
      const judgement = await this.#judgeBy(batch, mutation);
      if (judgement !== null) return judgement;
    }
    return { kind: 'survived', tests: batches.flat().filter((test) => this.#passes.get(test) !== false).length };
  }

  /** Those that make namespaces, and others once they have taken long. */
  #isSlow(test: string): boolean {
    return this.#related.needsKernel(test) || this.#vitest.durationOf(test) > SLOW_MS;
  }

  async #judgeBy(batch: readonly string[], mutation: Mutation): Promise<Judgement | null> {
    const able = batch.filter((test) => this.#passes.get(test) !== false);
    const outcome = await this.#runMutated(able, mutation);
    if (outcome.kind === 'passed') return null;
    if (outcome.kind === 'too-long') return outcome;
    const { test } = outcome;
    if (test === null) return { kind: 'killed', by: 'vitest itself' };
    if (await this.#passesOtherwise(test)) return { kind: 'killed', by: test };
    return this.#judgeBy(able, mutation);
  }

  async #runMutated(tests: readonly string[], mutation: Mutation) {
    using _applied = this.#copy.apply(mutation);
    return await this.#vitest.run(tests);
  }

  async #passesOtherwise(test: string): Promise<boolean> {
    const known = this.#passes.get(test);
    if (known !== undefined) return known;
    const passes = (await this.#vitest.run([test])).kind === 'passed';
    this.#passes.set(test, passes);
    return passes;
  }
}

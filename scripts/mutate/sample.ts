import { Dice } from '../../test/proof/symbolic/dice.ts';

/** So many of the values, as the seed has them: the same ones for the same values. */
export function sampleOf<T>(values: readonly T[], count: number, seed: number): T[] {
  const dice = new Dice(seed);
  const left = [...values];
  const taken: T[] = [];
  while (taken.length < count && left.length > 0) taken.push(...left.splice(dice.below(left.length), 1));
  return taken;
}

import type { Context } from '../../expect/context.ts';
import { type CapturedGuests, capturedGuests } from '../behind/captured.ts';
import type { Cause } from './cause.ts';
import { programAt, programOf } from './programs.ts';

/** The captured guests of the programs whose rules decide in these causes: one program is one finding. */
export function guestsOfPrograms(causes: readonly Cause[], context: Context): CapturedGuests[] {
  const live = context.pod.ruleset;
  const programs = new Set(causes.flatMap(({ intruder }) => (intruder && programOf(intruder, live)) ?? []));
  if (programs.size === 0 || context.older !== null) return [];
  return capturedGuests(context).filter(
    ({ name, rules }) =>
      (name !== null && programs.has(programAt(name, live))) ||
      rules.some((where) => programs.has(programOf(where, live) ?? '')),
  );
}

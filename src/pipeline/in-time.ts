import { TooComplex } from '../evaluate/symbolic/limits.ts';
import { withinTime } from '../evaluate/symbolic/time.ts';
import { CannotLook } from '../model/errors.ts';
import type { Facts } from '../observe/facts.ts';

/**
 * Works out an answer within the time that a command has, what it took to read the facts included.
 * @throws CannotLook when the time is over before there is any answer
 */
export function inTime<T>({ begun }: Pick<Facts, 'begun'>, work: () => T): T {
  try {
    return withinTime(work, () => performance.now(), begun);
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    throw new CannotLook(`The rules could not be judged: ${error.message}`, {
      hint: 'Ask about single packets with trace, or give only the table that matters (iptables-save -t nat) with --rules.',
      code: 'NAT1004',
      cause: error,
    });
  }
}

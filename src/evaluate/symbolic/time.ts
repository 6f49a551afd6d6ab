import { LIMITS, TooComplex } from './limits.ts';

/** The answer that is being worked out: since when, by which clock (milliseconds). None: nobody waits. */
let running: { readonly begun: number; readonly now: () => number } | null = null;

/**
 * Works out an answer that somebody waits for: diagrams that are put together during `work`, which must not be
 * asynchronous, throw `TooComplex` once `LIMITS.seconds` have passed. Within another such call the outer one counts.
 * `begun`: since when somebody waits, where that is earlier than now.
 */
export function withinTime<T>(work: () => T, now: () => number = () => performance.now(), begun = now()): T {
  if (running !== null) return work();
  running = { begun, now };
  try {
    return work();
  } finally {
    running = null;
  }
}

/** @throws TooComplex when the answer that is being worked out has taken longer than so many seconds */
export function checkTime(seconds: number): void {
  if (running !== null && running.now() - running.begun > seconds * 1000) {
    throw new TooComplex(`the rules take longer than ${LIMITS.seconds} seconds to follow`);
  }
}

/**
 * Rules can be made so that no answer comes in time, or at all: these bounds keep every question within about five
 * seconds, every answer (of a command, all its questions together) within fifteen, and a process under 600 MB. Layouts
 * need thousands of steps, ten thousand exclusions four to nine millions.
 */
export const LIMITS = {
  /** Runs looked at while diagrams are put together, and rules compiled (each counts as much as `RULE_STEPS` runs). */
  steps: 20_000_000,
  /** The same once it is known that there are differences, for reporting them. */
  telling: 10_000_000,
  /**
   * Since the answer was begun, all its questions together, where steps turn out slower than they should be (a busy
   * machine). What is known by then is reported within `tellingSeconds`, counted from the same moment.
   */
  seconds: 9,
  tellingSeconds: 12,
  /** Rules on the ways of the witnesses of all classes: what they are described with takes memory. */
  described: 300_000,
  /** Runs kept: eight bytes each. */
  runs: 16_000_000,
  /** Conditions that no field of a packet decides: each is a level of its own, and levels are descended recursively. */
  unknowns: 500,
} as const;

/** What compiling a rule costs besides the runs of its diagram, in runs. */
export const RULE_STEPS = 200;

/** What sending a packet through the rules may cost, in runs. */
export const TRACE_STEPS = 5_000;

/** The rules combine more than can be followed; the message says what there is too much of. */
export class TooComplex extends RangeError {
  constructor(message: string) {
    super(message);
    this.name = 'TooComplex';
  }
}

/** Why an answer was given up, as the end of a sentence. Throws the error again if it is no such reason. */
export function whyGivenUp(error: unknown): string {
  if (error instanceof TooComplex) return error.message;
  // The engine's own limits: the depth of the stack, the size of an array or a map.
  if (error instanceof RangeError) return 'the rules are nested or combined too deeply to be followed';
  throw error;
}

import type { Diagnostic } from '../model/diagnostic.ts';
import { INPUT_LIMITS } from '../model/limits.ts';

/** Longest piece of an input line that a diagnostic repeats. */
const LONGEST_TEXT = 400;

/** The message after the last diagnostic that is kept. */
const MORE = 'more of the same kind follows and is not listed';

/**
 * Keeps what is to be said about a text, up to a limit for each severity (`INPUT_LIMITS.told`): more says nothing new,
 * and a hostile text could fill the memory with it.
 */
export class Told {
  readonly list: Diagnostic[] = [];
  readonly #seen = { error: 0, note: 0 };

  /** Keeps a diagnostic while there are few of its severity. */
  add(diagnostic: Diagnostic): void {
    const { severity } = diagnostic;
    this.#seen[severity] += 1;
    const behind = this.#seen[severity] - INPUT_LIMITS.told;
    if (behind > 1) return;
    const text = diagnostic.text.slice(0, LONGEST_TEXT);
    this.list.push(behind === 1 ? { ...diagnostic, message: MORE, text } : { ...diagnostic, text });
  }
}

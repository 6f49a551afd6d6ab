import type { Family } from '../../model/family.ts';
import type { Match } from '../../model/match.ts';
import { baseOption, type Shared } from './base.ts';
import { Words } from './words.ts';

/** Something to be said about a rule; `at` is an offset in the text. */
export interface Problem {
  readonly severity: 'error' | 'note';
  readonly message: string;
  readonly at: number;
}

/** The place in the words of a rule that has been read so far. One serves a whole text, so that equal parts of rules are shared. */
export class Cursor {
  /** What addresses so far, or the caller, said about the table's family. */
  family: Family | null = null;
  readonly problems: Problem[] = [];
  text: string;
  readonly words = new Words();
  readonly shared: Shared;
  /** Where the matches of a rule are put together; one list serves rule after rule. */
  readonly matches: Match[] = [];
  index = 0;
  /** A `!` has been read whose option is still to come. */
  negated = false;

  constructor(text: string, shared: Shared) {
    this.text = text;
    this.shared = shared;
  }

  /** Begins a rule whose options start at word `first`. */
  start(first: number): void {
    this.index = first;
    this.negated = false;
    if (this.problems.length > 0) this.problems.length = 0;
  }

  /** Offset of the current word. */
  here(): number {
    return this.words.start(this.index);
  }

  /** Offset after the last word. */
  lineEnd(): number {
    return this.words.end();
  }

  /** Offset of the current word, or of the `!` before it. */
  hereWithNegation(): number {
    return this.negated ? (this.words.starts[this.index - 1] ?? this.here()) : this.here();
  }

  /** The rule cannot be read. Always false, so that readers can return it. */
  fail(message: string, at: number): false {
    this.problems.push({ severity: 'error', message, at });
    return false;
  }

  note(message: string, at: number): void {
    this.problems.push({ severity: 'note', message, at });
  }

  /** The word after an option; a `!` in between is the old way to negate it. Null, and an error, when there is none. */
  take(option: string): string | null {
    this.index += 1;
    // A quoted "!" is a value, such as a comment's.
    const mark = this.words.at(this.index) === '!' && this.text.charCodeAt(this.here()) === 33;
    if (mark && !this.negated) {
      this.negated = true;
      this.index += 1;
    }
    const value = this.words.at(this.index);
    if (value === undefined) this.fail(`${option} needs an argument`, this.lineEnd());
    return value ?? null;
  }

  /** Whether the option was negated; forgets it. */
  takeNegation(): boolean {
    const { negated } = this;
    this.negated = false;
    return negated;
  }

  /** Makes two words of `-ptcp` and of `--dport=80`. False when the current word is neither. */
  splitGlued(word: string): boolean {
    const long = word.startsWith('--');
    const cut = long ? word.indexOf('=') : 2;
    if (cut < 2 || cut >= word.length || !isName(word.slice(0, cut), long)) return false;
    this.words.split(this.index, cut, long ? cut + 1 : cut);
    return true;
  }
}

function isName(word: string, long: boolean): boolean {
  return long ? /^--[a-z0-9-]+$/.test(word) : baseOption(word) !== undefined;
}

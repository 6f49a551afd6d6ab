import type { Family } from './family.ts';

/** Why rules were not taken, as far as what the tools said tells. */
export type FailureCause =
  /** The chains are there already: an earlier run made them. */
  | 'exists'
  /** A capability is missing. */
  | 'rights'
  /** The kernel has no such table. */
  | 'table'
  /** The kernel lacks what a rule of the text needs. */
  | 'rule'
  /** The tool has no library for a match or a target. */
  | 'library'
  /** Another program held the lock of iptables all the time. */
  | 'lock'
  /** The tool could not be started, or has no backend that works. */
  | 'tool'
  /** The text itself is wrong: an option or a table that there is not. */
  | 'text'
  | 'unknown';

/** Rules that a program handed over and that were not taken, as its log says. */
export interface WriteFailure {
  readonly source: string;
  /** 1-based line of the log's own words, and those words. */
  readonly line: number;
  readonly text: string;
  /** Null: the log does not say for which. */
  readonly family: Family | null;
  readonly cause: FailureCause;
  /** Kernel modules that what failed needs, the likeliest first. */
  readonly modules: readonly string[];
  /** The line of the text handed over that the tool names; null where it names none, or the end of a table. */
  readonly rule: string | null;
  /** The program went on without it, as it is made to: what is missing is all of that family. */
  readonly tolerated: boolean;
  /** The pod it was for, where a log is about several. */
  readonly pod: string | null;
}

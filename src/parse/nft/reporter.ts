import type { Diagnostic } from '../../model/diagnostic.ts';

/** Where in the input something was seen. Both 1-based. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** Collects diagnostics of one input. */
export interface Reporter {
  readonly source: string;
  readonly diagnostics: readonly Diagnostic[];
  error(position: Position, message: string, text: string): void;
  note(position: Position, message: string, text: string): void;
}

/** More than this many of one severity say nothing new, and a hostile input could fill the memory with them. */
const LIMIT = 200;

/** Longest piece of an input line that a diagnostic repeats. */
const TEXT_LIMIT = 400;

/** A reporter for the input called `source`. */
export function createReporter(source: string): Reporter {
  const diagnostics: Diagnostic[] = [];
  const seen = { error: 0, note: 0 };
  const add = (severity: 'error' | 'note', position: Position, message: string, text: string): void => {
    seen[severity] += 1;
    if (seen[severity] > LIMIT + 1) return;
    const last = seen[severity] > LIMIT;
    diagnostics.push({
      source,
      line: position.line,
      column: position.column,
      message: last ? 'more of the same kind follows and is not listed' : message,
      text: text.trim().slice(0, TEXT_LIMIT),
      severity,
    });
  };
  return {
    source,
    diagnostics,
    error: (position, message, text) => add('error', position, message, text),
    note: (position, message, text) => add('note', position, message, text),
  };
}

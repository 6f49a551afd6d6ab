import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Line } from '../lines.ts';

/** What every parser of routing text is given. */
export interface RoutingInput {
  /** File name, `stdin`, or the command. */
  readonly source: string;
}

/**
 * Whether a line is the answer to a question for a table that does not exist, which is how an empty table looks:
 * the kernel makes a table with its first route and forgets it with its last.
 */
export function isMissingTable(line: string): boolean {
  return /^(Error: ipv[46]: FIB table does not exist\.|Dump terminated)$/.test(line.trim());
}

/** An error at a line. */
export function complaint(input: RoutingInput, line: Line, message: string): Diagnostic {
  return {
    source: input.source,
    line: line.number,
    column: 1,
    message,
    text: line.text.slice(0, 500),
    severity: 'error',
  };
}

/** The word after a keyword, or null when the keyword is not there or is the last word. */
export function wordAfter(words: readonly string[], keyword: string): string | null {
  const position = words.indexOf(keyword);
  return position < 0 ? null : (words[position + 1] ?? null);
}

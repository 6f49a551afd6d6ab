import type { Diagnostic } from '../../model/diagnostic.ts';
import { Amounts } from '../amounts.ts';
import type { Numbering } from '../lines.ts';
import { Told } from '../told.ts';

/** Where in the input something was seen. Both 1-based. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** Collects diagnostics of one input. */
export interface Reporter {
  readonly source: string;
  readonly numbering: Numbering | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** How much there was so far. */
  readonly amounts: Amounts;
  error(position: Position, message: string, text: string): void;
  note(position: Position, message: string, text: string): void;
}

/** A reporter for the input called `source`. */
export function createReporter(source: string, numbering?: Numbering): Reporter {
  const told = new Told();
  const add = (severity: 'error' | 'note', { line, column }: Position, message: string, text: string): void => {
    told.add({ source, line, column, message, text: text.trim(), severity });
  };
  return {
    source,
    numbering,
    diagnostics: told.list,
    amounts: new Amounts(),
    error: (position, message, text) => add('error', position, message, text),
    note: (position, message, text) => add('note', position, message, text),
  };
}

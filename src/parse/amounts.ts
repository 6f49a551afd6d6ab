import type { Diagnostic } from '../model/diagnostic.ts';
import { grouped, INPUT_LIMITS, inMebibytes } from '../model/limits.ts';

/** The text has more of something than is read: what was read of it must not count as all there is. */
export class TooMuch extends Error {
  /** 1-based; where it was noticed. */
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** What is counted in a text. */
type Counted = 'lines' | 'tables' | 'chains' | 'rules' | 'inserted' | 'sets' | 'elements' | 'values' | 'sockets';

const WORDS: Readonly<Record<Counted, string>> = {
  lines: 'lines',
  tables: 'tables',
  chains: 'chains',
  rules: 'rules',
  inserted: 'rules that are put in front of others',
  sets: 'sets',
  elements: 'elements of sets',
  values: 'values in its JSON',
  sockets: 'sockets',
};

/** Counts what a text has, and ends the reading when it is more than `INPUT_LIMITS` allows. */
export class Amounts {
  readonly #counts: Record<Counted, number> = {
    lines: 0,
    tables: 0,
    chains: 0,
    rules: 0,
    inserted: 0,
    sets: 0,
    elements: 0,
    values: 0,
    sockets: 0,
  };

  /** @throws TooMuch when there are more than anybody has */
  add(what: Counted, line: number, count = 1): void {
    this.#counts[what] += count;
    if (this.#counts[what] > INPUT_LIMITS[what]) {
      throw new TooMuch(
        `there are more than ${grouped(INPUT_LIMITS[what])} ${WORDS[what]}, and no more are read`,
        line,
      );
    }
  }
}

/** The message about the text. */
export function tooMuch({ message, line }: TooMuch, source: string): Diagnostic {
  return { source, line, column: 1, message, text: '', severity: 'error' };
}

/** The message about a line that is longer than any that a tool prints. */
export const LONG_LINE = `this line is longer than ${inMebibytes(INPUT_LIMITS.lineBytes)}, and was not read`;

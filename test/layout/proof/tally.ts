/** What is proved of a recording, in the order of the columns. */
const COLUMNS = ['kernel', 'check', 'infer'] as const;

/** What was found wrong with a recording by each of the proofs; null where there is nothing to prove. */
export type Outcome = Readonly<Record<(typeof COLUMNS)[number], readonly string[] | null>>;

/** How many recordings passed, by kind and release. */
export class Tally {
  readonly #rows = new Map<string, Outcome[]>();

  /** Counts a recording, and returns all that is wrong with it. */
  add(row: string, outcome: Outcome): readonly string[] {
    this.#rows.set(row, [...(this.#rows.get(row) ?? []), outcome]);
    return COLUMNS.flatMap((column) => outcome[column] ?? []);
  }

  /** The counts as a table; in its last line those recordings that passed all there is to prove of them. */
  toString(): string {
    const all = [...this.#rows.values()].flat();
    const passed = all.filter((outcome) => COLUMNS.every((column) => (outcome[column] ?? []).length === 0));
    return [
      line('', ['recordings', ...COLUMNS]),
      ...[...this.#rows].map(([name, outcomes]) => line(name, cells(outcomes))),
      line('all', cells(all)),
      `${passed.length} of ${all.length} recordings proved`,
    ].join('\n');
  }
}

function cells(outcomes: readonly Outcome[]): string[] {
  const counts = COLUMNS.map((column) => {
    const asked = outcomes.flatMap((outcome) => (outcome[column] === null ? [] : [outcome[column].length]));
    return asked.length === 0 ? '-' : String(asked.filter((wrong) => wrong === 0).length);
  });
  return [String(outcomes.length), ...counts];
}

function line(name: string, columns: readonly string[]): string {
  return `${name.padEnd(32)}${columns.map((cell) => cell.padStart(12)).join('')}`;
}

/** What is counted of a recording, in the order of the columns. */
export const COLUMNS = ['recordings', 'kernel', 'check', 'infer'] as const;

/** How many recordings passed, by kind and release. */
export class Tally {
  readonly #rows = new Map<string, Map<string, number>>();

  /** Counts one recording that passed. */
  add(row: string, column: (typeof COLUMNS)[number]): void {
    const counts = this.#rows.get(row) ?? new Map<string, number>();
    counts.set(column, (counts.get(column) ?? 0) + 1);
    this.#rows.set(row, counts);
  }

  /** The counts as a table, with their sums. */
  toString(): string {
    const sums = COLUMNS.map((column) =>
      [...this.#rows.values()].reduce((sum, row) => sum + (row.get(column) ?? 0), 0),
    );
    return [
      line('', COLUMNS),
      ...[...this.#rows].map(([name, row]) =>
        line(
          name,
          COLUMNS.map((column) => String(row.get(column) ?? 0)),
        ),
      ),
      line('all', sums.map(String)),
    ].join('\n');
  }
}

function line(name: string, cells: readonly string[]): string {
  return `${name.padEnd(32)}${cells.map((cell) => cell.padStart(12)).join('')}`;
}

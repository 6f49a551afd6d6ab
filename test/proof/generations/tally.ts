import type { Said } from './judge.ts';

/** The counts of one form in one generation. */
interface Row {
  layouts: number;
  healthy: number;
  open: number;
  wrong: number;
}

/** How the layouts fared by generation and form, and what of it must not be. */
export class Tally {
  readonly #rows = new Map<string, Row>();

  /** Counts what was said of a healthy layout. */
  add(name: string, { verdict }: Said): void {
    const row = this.#rows.get(name) ?? { layouts: 0, healthy: 0, open: 0, wrong: 0 };
    this.#rows.set(name, row);
    row.layouts += 1;
    row[verdict === 'healthy' ? 'healthy' : verdict === 'undetermined' ? 'open' : 'wrong'] += 1;
  }

  /** The counts as a table. */
  toString(): string {
    const rows = [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      line('', ['layouts', 'healthy', 'undetermined', 'false']),
      ...rows.map(([name, { layouts, healthy, open, wrong }]) => line(name, [layouts, healthy, open, wrong])),
    ].join('\n');
  }
}

function line(name: string, cells: readonly (string | number)[]): string {
  return `${name.padEnd(58)}${cells.map((cell) => String(cell).padStart(14)).join('')}`;
}

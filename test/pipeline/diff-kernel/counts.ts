/** What a proof saw; printed at its end. */
export class Counts {
  readonly #counts = new Map<string, number>();

  add(what: string, count = 1): void {
    this.#counts.set(what, this.of(what) + count);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** One line for each group: what is counted as `group: kind` stands indented below its group. */
  text(): string {
    const names = [...this.#counts.keys()];
    const groups = [...new Set(names.map((name) => name.split(': ', 1)[0] ?? ''))];
    return groups.map((group) => this.#group(group, names)).join('\n');
  }

  #group(group: string, names: readonly string[]): string {
    const kinds = names.filter((name) => name.startsWith(`${group}: `)).sort((a, b) => this.of(b) - this.of(a));
    const total = this.#counts.get(group) ?? kinds.reduce((sum, kind) => sum + this.of(kind), 0);
    return [`${group}: ${total}`, ...kinds.map((kind) => `    ${kind.slice(group.length + 2)}: ${this.of(kind)}`)].join(
      '\n',
    );
  }
}

/** A line of text for iptables-restore, behind whatever a logger put in front. */
const LINE = /(?:^|[\s|│])(\*\s?[a-z]+|:[\w-]+ .*|-{1,2}[A-Za-z][\w-]* .*|COMMIT.*)$/;

/** The text that was handed to iptables-restore last: tools name its lines by number. */
export class Handed {
  #lines: string[] = [];
  #isOver = true;
  #isInTable = false;

  /** A line of the log: of the text, or of something else. */
  read(text: string): void {
    const line = LINE.exec(text)?.[1];
    const isHead = line?.startsWith('*') === true;
    if (!(this.#isInTable || isHead)) return;
    if (isHead && this.#isOver) this.#lines = [];
    this.#lines.push((line ?? text).trim());
    this.#isOver = false;
    this.#isInTable = line?.startsWith('COMMIT') !== true;
  }

  /** Something was run: the next table begins a text of its own. */
  end(): void {
    this.#isOver = true;
    this.#isInTable = false;
  }

  /** The rule of that line, 1-based; where it is COMMIT, which takes them all, those of its table. */
  rules(number: number): readonly string[] {
    const line = this.#lines[number - 1];
    if (line === undefined || line.startsWith('*')) return [];
    if (!line.startsWith('COMMIT')) return [line];
    const head = this.#lines.findLastIndex((one, at) => at < number && one.startsWith('*'));
    return this.#lines.slice(head + 1, number - 1);
  }
}

/** A table never becomes larger than this (entries of four numbers: 32 MB); what does not fit is computed again. */
const MOST_ENTRIES = 1 << 21;

/**
 * Results of operations on nodes, by three numbers. Each place holds one result, and a later one replaces it: this
 * is a cache, as in every package for binary decision diagrams, not a promise.
 */
export class Computed {
  #entries = new Int32Array(4 * 1024);
  #stored = 0;

  /** The result for three numbers, or -1. */
  get(a: number, b: number, c: number): number {
    const at = this.#at(a, b, c);
    const entries = this.#entries;
    return entries[at] === a && entries[at + 1] === b && entries[at + 2] === c ? (entries[at + 3] ?? 0) - 1 : -1;
  }

  set(a: number, b: number, c: number, result: number): void {
    this.#stored += 1;
    if (this.#stored * 4 > this.#entries.length && this.#entries.length < 4 * MOST_ENTRIES) this.#grow();
    this.#put(a, b, c, result + 1);
  }

  #put(a: number, b: number, c: number, result: number): void {
    const at = this.#at(a, b, c);
    this.#entries[at] = a;
    this.#entries[at + 1] = b;
    this.#entries[at + 2] = c;
    this.#entries[at + 3] = result;
  }

  #at(a: number, b: number, c: number): number {
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return ((hash ^ (hash >>> 13)) & (this.#entries.length / 4 - 1)) * 4;
  }

  #grow(): void {
    const old = this.#entries;
    this.#entries = new Int32Array(old.length * 4);
    for (let i = 0; i < old.length; i += 4) {
      const result = old[i + 3] ?? 0;
      if (result !== 0) this.#put(old[i] ?? 0, old[i + 1] ?? 0, old[i + 2] ?? 0, result);
    }
  }
}

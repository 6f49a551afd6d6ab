import { LIMITS, TooComplex } from './limits.ts';

/** A growing row of numbers; typed, because the garbage collector is slow with millions of small arrays. */
export class Numbers {
  #data = new Int32Array(1024);
  length = 0;

  get(i: number): number {
    return this.#data[i] ?? 0;
  }

  push(value: number): void {
    if (this.length === this.#data.length) {
      const larger = new Int32Array(this.length * 2);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.length] = value;
    this.length += 1;
  }

  slice(from: number, to: number): number[] {
    return Array.from(this.#data.subarray(from, to));
  }
}

/**
 * The nodes of diagrams, each once: a level, and runs of a first atom and the node that the run leads to. Runs are
 * kept in one row, two numbers each.
 */
export class NodeStore {
  readonly #levels = new Numbers();
  /** Where the runs of a node begin; they end where those of the next one do. */
  readonly #offsets = new Numbers();
  readonly #hashes = new Numbers();
  readonly #runs = new Numbers();
  /** Open addressing: 0 is an empty slot, else node + 1. */
  #slots = new Int32Array(4096);
  #used = 0;

  constructor() {
    this.#offsets.push(0);
  }

  /** A node without runs that is equal to no other. */
  leaf(level: number): number {
    return this.#seal(level, 0);
  }

  level(node: number): number {
    return this.#levels.get(node);
  }

  /** Number of runs. */
  size(node: number): number {
    return (this.#offsets.get(node + 1) - this.#offsets.get(node)) >> 1;
  }

  /** First atom of a run. */
  start(node: number, run: number): number {
    return this.#runs.get(this.#offsets.get(node) + 2 * run);
  }

  /** Where a run leads. */
  child(node: number, run: number): number {
    return this.#runs.get(this.#offsets.get(node) + 2 * run + 1);
  }

  /** The run that an atom lies in. */
  run(node: number, atom: number): number {
    let low = 0;
    let high = this.size(node) - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.start(node, middle) <= atom) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * The node with the runs on a stack of starts and children from `from` on.
   * @throws TooComplex when there are more than memory should hold
   */
  node(level: number, stack: Numbers, from: number): number {
    const hash = hashOf(level, stack, from);
    let slot = hash & (this.#slots.length - 1);
    for (let held = this.#slots[slot] ?? 0; held !== 0; held = this.#slots[slot] ?? 0) {
      if (this.#is(held - 1, hash, level, stack, from)) return held - 1;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    if (this.#runs.length > 2 * LIMITS.runs) throw new TooComplex('the rules combine too many conditions');
    for (let i = from; i < stack.length; i += 1) this.#runs.push(stack.get(i));
    const node = this.#seal(level, hash);
    this.#slots[slot] = node + 1;
    this.#used += 1;
    if (this.#used * 2 > this.#slots.length) this.#grow();
    return node;
  }

  #is(node: number, hash: number, level: number, stack: Numbers, from: number): boolean {
    if (this.#hashes.get(node) !== hash || this.level(node) !== level) return false;
    const offset = this.#offsets.get(node);
    const length = stack.length - from;
    if (this.#offsets.get(node + 1) - offset !== length) return false;
    for (let i = 0; i < length; i += 1) if (this.#runs.get(offset + i) !== stack.get(from + i)) return false;
    return true;
  }

  #seal(level: number, hash: number): number {
    this.#levels.push(level);
    this.#hashes.push(hash);
    this.#offsets.push(this.#runs.length);
    return this.#levels.length - 1;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    for (const held of old) {
      if (held === 0) continue;
      let slot = this.#hashes.get(held - 1) & (this.#slots.length - 1);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = held;
    }
  }
}

/** FNV-1a over the numbers of a node, its upper bits mixed into the lower ones that choose the slot. */
function hashOf(level: number, stack: Numbers, from: number): number {
  let hash = Math.imul(0x811c9dc5 ^ level, 0x01000193);
  for (let i = from; i < stack.length; i += 1) hash = Math.imul(hash ^ stack.get(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

import { Computed } from './computed.ts';
import { LIMITS, TooComplex } from './limits.ts';
import { NodeStore, Numbers } from './store.ts';
import { checkTime } from './time.ts';

/** A node of a diagram; equal functions are the same number. */
export type Node = number;

/** The leaves that boolean diagrams end in. */
export const FALSE: Node = 0;
export const TRUE: Node = 1;

/** Steps between two looks at the clock: some milliseconds. */
const STEPS_PER_LOOK = 50_000;
/** Before the first look: a question that small is answered even where the one before it took all the time. */
const STEPS_UNSEEN = 200_000;

/** Leaves lie below all fields. */
const LEAF_LEVEL = 0x7fffffff;

/**
 * Reduced ordered decision diagrams over fields with finitely many atoms (firewall decision diagrams: Gouda & Liu,
 * "Firewall Design", ICDCS 2004), shared by hash-consing, so that equal functions are the same node. A node tests one
 * field: run i covers the atoms from `starts[i]` up to the next start and leads to `children[i]`.
 */
export class Diagrams {
  readonly #store = new NodeStore();
  readonly #computed = new Computed();
  /** Starts and children of the runs of all nodes that are being put together, the innermost last. */
  readonly #stack = new Numbers();
  #steps = 0;
  #most: number = LIMITS.steps;
  #seconds: number = LIMITS.seconds;
  #nextLook = STEPS_UNSEEN;

  constructor() {
    this.leaf();
    this.leaf();
  }

  /** A new leaf; two calls make two different leaves. */
  leaf(): Node {
    return this.#store.leaf(LEAF_LEVEL);
  }

  isLeaf(node: Node): boolean {
    return this.level(node) === LEAF_LEVEL;
  }

  /** The field a node tests (its level); leaves are below all. */
  level(node: Node): number {
    return this.#store.level(node);
  }

  starts(node: Node): number[] {
    return Array.from({ length: this.#store.size(node) }, (_, run) => this.#store.start(node, run));
  }

  children(node: Node): Node[] {
    return Array.from({ length: this.#store.size(node) }, (_, run) => this.#store.child(node, run));
  }

  /** Where the node leads for an atom of the field it tests. */
  child(node: Node, atom: number): Node {
    return this.#store.child(node, this.#store.run(node, atom));
  }

  /**
   * Accounts for work that is done with the diagrams.
   * @throws TooComplex when it becomes more than anybody waits for
   */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps >= this.#nextLook) this.#look();
  }

  /** For reporting what was found: whatever was spent so far, allows that much more, and some time. */
  allowTelling(steps: number = LIMITS.telling): void {
    this.#most = this.#steps + steps;
    this.#seconds = LIMITS.tellingSeconds;
  }

  #look(): void {
    this.#nextLook = this.#steps + STEPS_PER_LOOK;
    if (this.#steps > this.#most) throw new TooComplex('the rules combine too many conditions');
    checkTime(this.#seconds);
  }

  /**
   * The node that tests `level`: runs with equal children are joined, and a test that decides nothing is left out.
   * @throws TooComplex when the diagrams have become too large to go on
   */
  node(level: number, starts: readonly number[], children: readonly Node[]): Node {
    const base = this.#stack.length;
    for (let i = 0; i < children.length; i += 1) this.#push(base, starts[i] ?? 0, children[i] ?? FALSE);
    return this.#close(level, base);
  }

  /** TRUE exactly for the atoms in the ranges (inclusive, ascending, disjoint). */
  test(level: number, ranges: readonly (readonly [number, number])[], atoms: number): Node {
    const base = this.#stack.length;
    let next = 0;
    for (const [from, to] of ranges) {
      if (from > next) this.#push(base, next, FALSE);
      this.#push(base, from, TRUE);
      next = to + 1;
    }
    if (next < atoms) this.#push(base, next, FALSE);
    return this.#close(level, base);
  }

  #push(base: number, start: number, child: Node): void {
    this.#steps += 1;
    if (this.#stack.length > base && this.#stack.get(this.#stack.length - 1) === child) return;
    this.#stack.push(start);
    this.#stack.push(child);
  }

  /** The node of the runs pushed since `base`. */
  #close(level: number, base: number): Node {
    const runs = (this.#stack.length - base) >> 1;
    this.spend(1);
    const node = runs === 1 ? this.#stack.get(base + 1) : this.#store.node(level, this.#stack, base);
    this.#stack.length = base;
    return node;
  }

  /** `condition ? then : otherwise`. */
  ite(condition: Node, then: Node, otherwise: Node): Node {
    if (condition === TRUE || then === otherwise) return then;
    if (condition === FALSE) return otherwise;
    if (then === TRUE && otherwise === FALSE) return condition;
    const known = this.#computed.get(condition, then, otherwise);
    if (known >= 0) return known;
    const result = this.#splitThree(condition, then, otherwise);
    this.#computed.set(condition, then, otherwise, result);
    return result;
  }

  and(a: Node, b: Node): Node {
    return a < b ? this.ite(a, b, FALSE) : this.ite(b, a, FALSE);
  }

  or(a: Node, b: Node): Node {
    return a < b ? this.ite(a, TRUE, b) : this.ite(b, TRUE, a);
  }

  not(a: Node): Node {
    return this.ite(a, FALSE, TRUE);
  }

  /** The diagram whose leaves are `combine` of the leaves of both. `combine` must give the same node for the same pair. */
  combine(a: Node, b: Node, combine: (a: Node, b: Node) => Node): Node {
    const known = new Map<number, Node>();
    const once = (x: Node, y: Node) => {
      const key = x * MOST_NODES + y;
      const result = known.get(key) ?? combine(x, y);
      known.set(key, result);
      return result;
    };
    return this.#together(a, b, -1 - this.leaf(), (x, y) => (this.isLeaf(x) && this.isLeaf(y) ? once(x, y) : -1));
  }

  /** `upper`, and `lower` wherever that ends in `hole`. */
  fill(upper: Node, hole: Node, lower: Node): Node {
    return this.#together(upper, lower, -1 - hole, (x, y) => (x === hole ? y : this.isLeaf(x) ? x : -1));
  }

  /** The diagram with each leaf replaced. */
  mapLeaves(node: Node, map: (leaf: Node) => Node): Node {
    const mapped = new Map<Node, Node>();
    const once = (leaf: Node) => {
      const result = mapped.get(leaf) ?? map(leaf);
      mapped.set(leaf, result);
      return result;
    };
    return this.#together(node, TRUE, -1 - this.leaf(), (leaf) => (this.isLeaf(leaf) ? once(leaf) : -1));
  }

  /** TRUE where the diagram ends in one of the leaves. */
  select(node: Node, leaves: ReadonlySet<Node>): Node {
    return this.mapLeaves(node, (leaf) => (leaves.has(leaf) ? TRUE : FALSE));
  }

  /** The function after `field := change(field)`: where it asked about atom a, it now asks about `change(a)`. */
  substitute(node: Node, level: number, atoms: number, change: (atom: number) => number): Node {
    this.spend(atoms);
    const changed = Int32Array.from({ length: atoms }, (_, atom) => change(atom));
    return this.#at(node, level, (current) => {
      const base = this.#stack.length;
      for (let atom = 0; atom < atoms; atom += 1) this.#push(base, atom, this.child(current, changed[atom] ?? 0));
      return this.#close(level, base);
    });
  }

  /** The function after `field := atom`. */
  assign(node: Node, level: number, atom: number): Node {
    return this.#at(node, level, (current) => this.child(current, atom));
  }

  /** The diagram with each node that tests `level` replaced. */
  #at(node: Node, level: number, change: (node: Node) => Node): Node {
    const operation = -1 - this.leaf();
    const visit = (current: Node): Node => {
      const at = this.level(current);
      if (at > level) return current;
      const known = this.#computed.get(current, level, operation);
      if (known >= 0) return known;
      const result = at === level ? change(current) : this.#children(current, visit);
      this.#computed.set(current, level, operation, result);
      return result;
    };
    return visit(node);
  }

  #children(node: Node, visit: (node: Node) => Node): Node {
    const base = this.#stack.length;
    for (let run = 0; run < this.#store.size(node); run += 1) {
      this.#push(base, this.#store.start(node, run), visit(this.#store.child(node, run)));
    }
    return this.#close(this.level(node), base);
  }

  /** Goes down in both at once; `end` gives the node for a pair that is done with, or -1. */
  #together(a: Node, b: Node, operation: number, end: (a: Node, b: Node) => Node): Node {
    const visit = (x: Node, y: Node): Node => {
      const ended = end(x, y);
      if (ended >= 0) return ended;
      const known = this.#computed.get(x, y, operation);
      if (known >= 0) return known;
      const result = this.#splitPair(x, y, visit);
      this.#computed.set(x, y, operation, result);
      return result;
    };
    return visit(a, b);
  }

  /** Descends by one field in both operands at once: the field that the higher of them tests. */
  #splitPair(x: Node, y: Node, visit: (x: Node, y: Node) => Node): Node {
    const level = Math.min(this.level(x), this.level(y));
    const base = this.#stack.length;
    const a = this.#cursor(x, level);
    const b = this.#cursor(y, level);
    for (let start = 0; start !== PAST; ) {
      this.#push(base, start, visit(this.#seen(x, a), this.#seen(y, b)));
      start = Math.min(this.#next(x, a), this.#next(y, b));
      if (this.#next(x, a) === start) a.run += 1;
      if (this.#next(y, b) === start) b.run += 1;
    }
    return this.#close(level, base);
  }

  /** The same for `ite`. */
  #splitThree(x: Node, y: Node, z: Node): Node {
    const level = Math.min(this.level(x), this.level(y), this.level(z));
    const base = this.#stack.length;
    const a = this.#cursor(x, level);
    const b = this.#cursor(y, level);
    const c = this.#cursor(z, level);
    for (let start = 0; start !== PAST; ) {
      this.#push(base, start, this.ite(this.#seen(x, a), this.#seen(y, b), this.#seen(z, c)));
      start = Math.min(this.#next(x, a), this.#next(y, b), this.#next(z, c));
      if (this.#next(x, a) === start) a.run += 1;
      if (this.#next(y, b) === start) b.run += 1;
      if (this.#next(z, c) === start) c.run += 1;
    }
    return this.#close(level, base);
  }

  #cursor(node: Node, level: number): Cursor {
    return { run: 0, runs: this.level(node) === level ? this.#store.size(node) : 0 };
  }

  /** Where the node leads from the cursor: to itself if it does not test the field. */
  #seen(node: Node, { run, runs }: Cursor): Node {
    return runs === 0 ? node : this.#store.child(node, run);
  }

  /** First atom of the next run. */
  #next(node: Node, { run, runs }: Cursor): number {
    return run + 1 < runs ? this.#store.start(node, run + 1) : PAST;
  }
}

/** More than there can be: each has a run or costs a step. */
const MOST_NODES = 2 ** 26;

/** A run of a node; no runs: the node does not test the field. */
interface Cursor {
  run: number;
  readonly runs: number;
}

/** Past the last atom of every field. */
const PAST = 0x7fffffff;

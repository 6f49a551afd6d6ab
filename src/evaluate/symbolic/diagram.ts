/** A node of a diagram; equal functions are the same number. */
export type Node = number;

/** The leaves that boolean diagrams end in. */
export const FALSE: Node = 0;
export const TRUE: Node = 1;

/** Leaves lie below all fields. */
const LEAF_LEVEL = 0x7fffffff;

/**
 * Edges that may be looked at before the answer is given up, about ten seconds' worth. Layouts need a few thousand, and
 * ten thousand exclusions some millions; rules that combine many marks under many masks may need any number.
 */
const MOST_EDGES = 30_000_000;

/**
 * Reduced ordered decision diagrams over fields with finitely many atoms (firewall decision diagrams: Gouda & Liu,
 * "Firewall Design", ICDCS 2004), shared by hash-consing, so that equal functions are the same node. A node tests one
 * field: run i covers the atoms from `starts[i]` up to the next start and leads to `children[i]`.
 */
export class Diagrams {
  readonly #level: number[] = [LEAF_LEVEL, LEAF_LEVEL];
  readonly #starts: (readonly number[])[] = [[], []];
  readonly #children: (readonly Node[])[] = [[], []];
  #edges = 0;
  /** Nodes by a hash of their content. */
  readonly #unique = new Map<number, Node[]>();

  /** A new leaf; two calls make two different leaves. */
  leaf(): Node {
    return this.#add(LEAF_LEVEL, [], []);
  }

  isLeaf(node: Node): boolean {
    return this.level(node) === LEAF_LEVEL;
  }

  /** The field a node tests (its level); leaves are below all. */
  level(node: Node): number {
    return this.#level[node] ?? LEAF_LEVEL;
  }

  starts(node: Node): readonly number[] {
    return this.#starts[node] ?? [];
  }

  children(node: Node): readonly Node[] {
    return this.#children[node] ?? [];
  }

  /**
   * The node that tests `level`: runs with equal children are joined, and a test that decides nothing is left out.
   * @throws RangeError when the diagrams have become too large to go on
   */
  node(level: number, starts: readonly number[], children: readonly Node[]): Node {
    this.#edges += children.length;
    if (this.#edges > MOST_EDGES) throw new RangeError('the rules combine too many conditions');
    const keptStarts: number[] = [];
    const keptChildren: Node[] = [];
    for (const [i, child] of children.entries()) {
      if (keptChildren.length > 0 && keptChildren.at(-1) === child) continue;
      keptStarts.push(starts[i] ?? 0);
      keptChildren.push(child);
    }
    if (keptChildren.length === 1) return keptChildren[0] ?? FALSE;
    const hash = hashOf(level, keptStarts, keptChildren);
    const bucket = this.#unique.get(hash);
    const existing = bucket?.find((other) => this.#is(other, level, keptStarts, keptChildren));
    if (existing !== undefined) return existing;
    const created = this.#add(level, keptStarts, keptChildren);
    if (bucket) bucket.push(created);
    else this.#unique.set(hash, [created]);
    return created;
  }

  #is(node: Node, level: number, starts: readonly number[], children: readonly Node[]): boolean {
    return (
      this.level(node) === level && sameNumbers(this.children(node), children) && sameNumbers(this.starts(node), starts)
    );
  }

  #add(level: number, starts: readonly number[], children: readonly Node[]): Node {
    this.#level.push(level);
    this.#starts.push(starts);
    this.#children.push(children);
    return this.#level.length - 1;
  }

  /** TRUE exactly for the atoms in the ranges (inclusive, ascending, disjoint). */
  test(level: number, ranges: readonly (readonly [number, number])[], atoms: number): Node {
    const starts: number[] = [];
    const children: Node[] = [];
    let next = 0;
    for (const [from, to] of ranges) {
      if (from > next) {
        starts.push(next);
        children.push(FALSE);
      }
      starts.push(from);
      children.push(TRUE);
      next = to + 1;
    }
    if (next < atoms) {
      starts.push(next);
      children.push(FALSE);
    }
    return this.node(level, starts, children);
  }

  /** `condition ? then : otherwise`. */
  ite(condition: Node, then: Node, otherwise: Node): Node {
    return this.#ite(condition, then, otherwise, new Map());
  }

  #ite(condition: Node, then: Node, otherwise: Node, memo: Map<string, Node>): Node {
    if (condition === TRUE || then === otherwise) return then;
    if (condition === FALSE) return otherwise;
    if (then === TRUE && otherwise === FALSE) return condition;
    const key = `${condition},${then},${otherwise}`;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const operands = [condition, then, otherwise];
    const result = this.#split(operands, ([c = FALSE, t = FALSE, e = FALSE]) => this.#ite(c, t, e, memo));
    memo.set(key, result);
    return result;
  }

  and(a: Node, b: Node): Node {
    return this.ite(a, b, FALSE);
  }

  or(a: Node, b: Node): Node {
    return this.ite(a, TRUE, b);
  }

  not(a: Node): Node {
    return this.ite(a, FALSE, TRUE);
  }

  /** The diagram whose leaves are `combine` of the leaves of both. `combine` must give the same node for the same pair. */
  combine(a: Node, b: Node, combine: (a: Node, b: Node) => Node): Node {
    const memo = new Map<number, Node>();
    const visit = (x: Node, y: Node): Node => {
      if (this.isLeaf(x) && this.isLeaf(y)) return combine(x, y);
      const key = pairKey(x, y);
      const known = memo.get(key);
      if (known !== undefined) return known;
      const result = this.#splitPair(x, y, visit);
      memo.set(key, result);
      return result;
    };
    return visit(a, b);
  }

  /** `upper`, and `lower` wherever that ends in `hole`. */
  fill(upper: Node, hole: Node, lower: Node): Node {
    const memo = new Map<number, Node>();
    const visit = (x: Node, y: Node): Node => {
      if (x === hole) return y;
      if (this.isLeaf(x)) return x;
      const key = pairKey(x, y);
      const known = memo.get(key);
      if (known !== undefined) return known;
      const result = this.#splitPair(x, y, visit);
      memo.set(key, result);
      return result;
    };
    return visit(upper, lower);
  }

  /** The diagram with each leaf replaced. */
  mapLeaves(node: Node, map: (leaf: Node) => Node): Node {
    return this.combine(node, TRUE, (leaf) => map(leaf));
  }

  /** The function after `field := change(field)`: where it asked about atom a, it now asks about `change(a)`. */
  substitute(node: Node, level: number, atoms: number, change: (atom: number) => number): Node {
    const memo = new Map<Node, Node>();
    const visit = (current: Node): Node => {
      const at = this.level(current);
      if (at > level) return current;
      const known = memo.get(current);
      if (known !== undefined) return known;
      const result =
        at === level
          ? this.node(
              level,
              range(atoms),
              range(atoms).map((atom) => this.child(current, change(atom))),
            )
          : this.node(at, this.starts(current), this.children(current).map(visit));
      memo.set(current, result);
      return result;
    };
    return visit(node);
  }

  /** Where the node leads for an atom of the field it tests. */
  child(node: Node, atom: number): Node {
    const starts = this.starts(node);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= atom) low = middle;
      else high = middle - 1;
    }
    return this.children(node)[low] ?? FALSE;
  }

  /** Descends by one field in both operands at once: the field that the higher of them tests. */
  #splitPair(x: Node, y: Node, visit: (x: Node, y: Node) => Node): Node {
    const level = Math.min(this.level(x), this.level(y));
    const xs = this.level(x) === level ? this.starts(x) : WHOLE;
    const ys = this.level(y) === level ? this.starts(y) : WHOLE;
    const xChildren = this.level(x) === level ? this.children(x) : [x];
    const yChildren = this.level(y) === level ? this.children(y) : [y];
    const starts: number[] = [];
    const children: Node[] = [];
    for (let i = 0, j = 0; i < xs.length && j < ys.length; ) {
      starts.push(Math.max(xs[i] ?? 0, ys[j] ?? 0));
      children.push(visit(xChildren[i] ?? FALSE, yChildren[j] ?? FALSE));
      const nextX = xs[i + 1] ?? Number.POSITIVE_INFINITY;
      const nextY = ys[j + 1] ?? Number.POSITIVE_INFINITY;
      if (nextX <= nextY) i += 1;
      if (nextY <= nextX) j += 1;
    }
    return this.node(level, starts, children);
  }

  /** Descends by one field in all operands at once: the field that the highest of them tests. */
  #split(operands: readonly Node[], visit: (operands: Node[]) => Node): Node {
    const level = Math.min(...operands.map((operand) => this.level(operand)));
    const starts = mergeStarts(operands.map((operand) => (this.level(operand) === level ? this.starts(operand) : [0])));
    const cursors = operands.map(() => 0);
    const children = starts.map((start) =>
      visit(
        operands.map((operand, i) => {
          if (this.level(operand) !== level) return operand;
          const own = this.starts(operand);
          let cursor = cursors[i] ?? 0;
          while ((own[cursor + 1] ?? Number.POSITIVE_INFINITY) <= start) cursor += 1;
          cursors[i] = cursor;
          return this.children(operand)[cursor] ?? FALSE;
        }),
      ),
    );
    return this.node(level, starts, children);
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function mergeStarts(lists: readonly (readonly number[])[]): number[] {
  if (lists.length === 0) return [];
  return lists.reduce<number[]>((merged, list) => mergeTwo(merged, list), []);
}

function mergeTwo(a: readonly number[], b: readonly number[]): number[] {
  const merged: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const nextA = a[i] ?? Number.POSITIVE_INFINITY;
    const nextB = b[j] ?? Number.POSITIVE_INFINITY;
    merged.push(Math.min(nextA, nextB));
    if (nextA <= nextB) i += 1;
    if (nextB <= nextA) j += 1;
  }
  return merged;
}

/** One run that covers all atoms. */
const WHOLE: readonly number[] = [0];

/** Fewer nodes than 2^26 fit into memory, so a pair of them fits into a safe integer. */
function pairKey(x: Node, y: Node): number {
  return x * 0x4000000 + y;
}

/** FNV-1a over the numbers of a node. */
function hashOf(level: number, starts: readonly number[], children: readonly Node[]): number {
  let hash = Math.imul(0x811c9dc5 ^ level, 0x01000193);
  for (let i = 0; i < starts.length; i += 1) {
    hash = Math.imul(hash ^ (starts[i] ?? 0), 0x01000193);
    hash = Math.imul(hash ^ (children[i] ?? 0), 0x01000193);
  }
  return hash;
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

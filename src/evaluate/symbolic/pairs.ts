import type { Deciders } from './deciders.ts';
import { type Diagrams, FALSE, type Node } from './diagram.ts';
import type { Domain } from './domain.ts';
import type { Leaf, Leaves } from './leaves.ts';
import type { WatchedMark } from './watched.ts';

/** The ends of two ways that differ, as leaves: one for each pair of ends that are told apart. */
export class Pairs {
  /** Where one of the verdicts depends on something unknown. */
  readonly open: Node;
  readonly #diagrams: Diagrams;
  readonly #domain: Domain;
  readonly #leaves: Leaves;
  readonly #deciders: Deciders;
  readonly #watched: readonly WatchedMark[];
  readonly #pairs = new Map<string, Node>();
  /** Rules that decided in packets of the pair, the first that was met. */
  readonly #sides = new Map<Node, readonly [Leaf, Leaf]>();
  readonly #most: number;

  /** `most`: pairs beyond that many are no longer told apart. */
  constructor(
    diagrams: Diagrams,
    domain: Domain,
    leaves: Leaves,
    deciders: Deciders,
    { watched, most }: { readonly watched: readonly WatchedMark[]; readonly most: number },
  ) {
    this.#diagrams = diagrams;
    this.#domain = domain;
    this.#leaves = leaves;
    this.#deciders = deciders;
    this.#watched = watched;
    this.#most = most;
    this.open = diagrams.leaf();
  }

  /** The leaves for ends that are known to differ, with what the first packets met ended in. */
  get different(): ReadonlyMap<Node, readonly [Leaf, Leaf]> {
    return this.#sides;
  }

  /** Whether there are more pairs than were asked for. */
  get tooMany(): boolean {
    return this.#sides.size > this.#most;
  }

  /** FALSE for ends that mean the same. */
  leaf(a: Node, b: Node): Node {
    const live = this.#leaves.content(a);
    const expected = this.#leaves.content(b);
    if (live.verdict.kind === 'undetermined' || expected.verdict.kind === 'undetermined') return this.open;
    if (this.#same(live, expected)) return FALSE;
    const key = this.#deciders.detail === 'outcomes' ? contrast(live, expected) : this.#identity(live, expected);
    const known = this.#pairs.get(this.tooMany ? MIXED : key);
    if (known !== undefined) return known;
    const leaf = this.#diagrams.leaf();
    this.#pairs.set(this.tooMany ? MIXED : key, leaf);
    this.#sides.set(leaf, [live, expected]);
    return leaf;
  }

  #identity(live: Leaf, expected: Leaf): string {
    const text = (leaf: Leaf) =>
      `${JSON.stringify(leaf.verdict)} ${leaf.zone} ${this.#deciders.number(leaf.decidedBy)}`;
    return `${text(live)} / ${text(expected)}`;
  }

  #same(live: Leaf, expected: Leaf): boolean {
    if (JSON.stringify(live.verdict) !== JSON.stringify(expected.verdict) || live.zone !== expected.zone) return false;
    this.#diagrams.spend(this.#watched.length);
    return this.#watched.every((watched) => this.#sees(live, watched) === this.#sees(expected, watched));
  }

  #sees(leaf: Leaf, { field, value, mask }: WatchedMark): boolean {
    return ((this.#domain.marks.representatives[leaf[field]] ?? 0) & mask) >>> 0 === value;
  }
}

const MIXED = 'all others';

/** What tells the outcomes apart. Where packets go comes first, then the zone; else it is a mark. */
function contrast(live: Leaf, expected: Leaf): string {
  const [a, b] = [JSON.stringify(live.verdict), JSON.stringify(expected.verdict)];
  if (a !== b) return `${a} / ${b}`;
  return live.zone === expected.zone ? 'marks' : `zones ${live.zone} / ${expected.zone}`;
}

import type { VerdictKind } from '../../model/packet.ts';
import type { RuleReference } from '../../model/ruleset.ts';
import { levelOf } from './conditions.ts';
import type { Deciders } from './deciders.ts';
import type { Diagrams, Node } from './diagram.ts';
import { atomCount, type Domain } from './domain.ts';
import type { WatchedMark } from './watched.ts';

/** A port that stays what it was. */
export type LeafPort = number | 'own' | 'none' | 'random';

/** How a packet's way ends, as far as it is the same for a whole class of packets. */
export type LeafVerdict =
  | { readonly kind: 'accept' | 'drop' | 'reject' }
  | { readonly kind: 'redirect' | 'tproxy'; readonly port: LeafPort }
  | { readonly kind: 'dnat'; readonly to: string }
  | { readonly kind: 'undetermined'; readonly because: string };

/** A leaf of a compiled hook. */
export interface Leaf {
  readonly verdict: LeafVerdict;
  /** Atoms that stand for the marks that the packet and its connection leave with. */
  readonly mark: number;
  readonly connmark: number;
  readonly zone: number | null;
  readonly decidedBy: RuleReference | null;
}

/** The leaves of the diagrams of one comparison; equal leaves are the same node. */
export class Leaves {
  readonly #diagrams: Diagrams;
  readonly #domain: Domain;
  readonly #nodes = new Map<string, Node>();
  readonly #contents = new Map<Node, Leaf>();
  readonly #deciders: Deciders;
  readonly #seen: Readonly<Record<WatchedMark['field'], readonly number[]>>;

  #accept: Node | undefined;

  /**
   * `watched`: the marks that somebody will look at. Packets that leave with others alike end in the same leaf, and so
   * do those that are decided by rules which `deciders` does not tell apart.
   */
  constructor(diagrams: Diagrams, domain: Domain, watched: readonly WatchedMark[], deciders: Deciders) {
    this.#diagrams = diagrams;
    this.#domain = domain;
    this.#deciders = deciders;
    this.#seen = { mark: seenAs(domain, 'mark', watched), connmark: seenAs(domain, 'connmark', watched) };
  }

  /** What a leaf says. */
  content(node: Node): Leaf {
    const leaf = this.#contents.get(node);
    if (!leaf) throw new Error(`node ${node} is not a leaf of this comparison`);
    return leaf;
  }

  /** The end of the way of a packet that nothing stopped: a leaf for each mark and connmark it may have. */
  accept(): Node {
    this.#accept ??= this.verdict({ kind: 'accept' }, null);
    return this.#accept;
  }

  /** The same for another verdict. */
  verdict(verdict: VerdictKind | LeafVerdict, decidedBy: RuleReference | null): Node {
    const ends = { verdict: verdict as LeafVerdict, zone: null, decidedBy };
    const ended = verdict.kind === 'drop' || verdict.kind === 'reject' || verdict.kind === 'undetermined';
    // What is dropped leaves no marks that anybody could read.
    if (ended) return this.#leaf({ ...ends, mark: 0, connmark: 0 });
    return this.#perAtom('mark', (mark) =>
      this.#perAtom('connmark', (connmark) => this.#leaf({ ...ends, mark, connmark })),
    );
  }

  /** A test of the mark, made once for all atoms that nobody tells apart. */
  #perAtom(field: WatchedMark['field'], make: (seenAs: number) => Node): Node {
    const atoms = range(atomCount(this.#domain, field));
    const made = new Map<number, Node>();
    const children = atoms.map((atom) => {
      const seen = this.#seen[field][atom] ?? 0;
      const node = made.get(seen) ?? make(seen);
      made.set(seen, node);
      return node;
    });
    return this.#diagrams.node(levelOf(field), atoms, children);
  }

  /** The diagram with its plain accepts (and, for TPROXY, rewrites) turned into another verdict. */
  replace(node: Node, verdict: LeafVerdict, decidedBy: RuleReference, replaces: readonly string[]): Node {
    return this.#diagrams.mapLeaves(node, (leafNode) => {
      const leaf = this.content(leafNode);
      return replaces.includes(leaf.verdict.kind) ? this.#leaf({ ...leaf, verdict, decidedBy }) : leafNode;
    });
  }

  /** The diagram in which the rule decided wherever no later rule did. */
  letGoBy(node: Node, decidedBy: RuleReference): Node {
    if (this.#deciders.number(decidedBy) < 0) return node;
    return this.#diagrams.mapLeaves(node, (leafNode) => {
      const leaf = this.content(leafNode);
      const open = leaf.verdict.kind === 'accept' && leaf.decidedBy === null;
      return open ? this.#leaf({ ...leaf, decidedBy }) : leafNode;
    });
  }

  /** The diagram in which the packet's connection lies in a zone; what is dropped begins none. */
  withZone(node: Node, zone: number): Node {
    return this.#diagrams.mapLeaves(node, (leafNode) => {
      const leaf = this.content(leafNode);
      const ended = leaf.verdict.kind === 'drop' || leaf.verdict.kind === 'reject';
      return ended ? leafNode : this.#leaf({ ...leaf, zone });
    });
  }

  #leaf(leaf: Leaf): Node {
    const decider = this.#deciders.number(leaf.decidedBy);
    const key = `${JSON.stringify(leaf.verdict)} ${leaf.mark} ${leaf.connmark} ${leaf.zone} ${decider}`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = this.#diagrams.leaf();
    this.#nodes.set(key, node);
    this.#contents.set(node, leaf);
    return node;
  }
}

/** For each atom the first one that nobody tells from it. */
function seenAs(domain: Domain, of: WatchedMark['field'], watched: readonly WatchedMark[]): number[] {
  const first = new Map<string, number>();
  const looks = watched.filter(({ field }) => field === of);
  return domain.marks.representatives.map((mark, atom) => {
    const seen = looks.map(({ value, mask }) => (mark & mask) >>> 0 === value).join();
    if (!first.has(seen)) first.set(seen, atom);
    return first.get(seen) ?? atom;
  });
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

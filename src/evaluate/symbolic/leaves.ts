import type { VerdictKind } from '../../model/packet.ts';
import type { RuleReference } from '../../model/ruleset.ts';
import { levelOf } from './conditions.ts';
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
  readonly #rules = new Map<object, number>();
  readonly #seen: Readonly<Record<WatchedMark['field'], readonly number[]>>;

  /** `watched`: the marks that somebody will look at. Packets that leave with others alike end in the same leaf. */
  constructor(diagrams: Diagrams, domain: Domain, watched: readonly WatchedMark[]) {
    this.#diagrams = diagrams;
    this.#domain = domain;
    this.#seen = { mark: seenAs(domain, 'mark', watched), connmark: seenAs(domain, 'connmark', watched) };
  }

  /** What a leaf says. */
  content(node: Node): Leaf {
    const leaf = this.#contents.get(node);
    if (!leaf) throw new Error(`node ${node} is not a leaf of this comparison`);
    return leaf;
  }

  /** The end of the way of a packet nobody stopped: a leaf for each mark and connmark it may have. */
  accept(): Node {
    return this.verdict({ kind: 'accept' }, null);
  }

  /** The same for another verdict. */
  verdict(verdict: VerdictKind | LeafVerdict, decidedBy: RuleReference | null): Node {
    const marks = range(atomCount(this.#domain, 'mark'));
    const connmarks = range(atomCount(this.#domain, 'connmark'));
    const ended = verdict.kind === 'drop' || verdict.kind === 'reject' || verdict.kind === 'undetermined';
    const leaf = (mark: number, connmark: number) =>
      this.#leaf({
        verdict: verdict as LeafVerdict,
        mark: this.#seen.mark[mark] ?? 0,
        connmark: this.#seen.connmark[connmark] ?? 0,
        zone: null,
        decidedBy,
      });
    // What is dropped leaves no marks that anybody could read.
    if (ended) return leaf(0, 0);
    return this.#diagrams.node(
      levelOf('mark'),
      marks,
      marks.map((mark) =>
        this.#diagrams.node(
          levelOf('connmark'),
          connmarks,
          connmarks.map((connmark) => leaf(mark, connmark)),
        ),
      ),
    );
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
    const key = `${JSON.stringify(leaf.verdict)} ${leaf.mark} ${leaf.connmark} ${leaf.zone} ${this.#ruleId(leaf)}`;
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = this.#diagrams.leaf();
    this.#nodes.set(key, node);
    this.#contents.set(node, leaf);
    return node;
  }

  #ruleId({ decidedBy }: Leaf): number {
    if (decidedBy === null) return -1;
    const known = this.#rules.get(decidedBy.rule);
    if (known !== undefined) return known;
    this.#rules.set(decidedBy.rule, this.#rules.size);
    return this.#rules.size - 1;
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

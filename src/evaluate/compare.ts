import { parseAddress } from '../model/address.ts';
import type { Family } from '../model/family.ts';
import type { Packet, PacketHook } from '../model/packet.ts';
import type { Ruleset } from '../model/ruleset.ts';
import { Hooks } from './hooks.ts';
import { evaluatePacket, type Trace } from './packet.ts';
import { boxesOf } from './symbolic/boxes.ts';
import { describeClass, witness } from './symbolic/classes.ts';
import { Compiler } from './symbolic/compile.ts';
import { Conditions } from './symbolic/conditions.ts';
import { Diagrams, FALSE, type Node, TRUE } from './symbolic/diagram.ts';
import { type Domain, domainOf, FIELDS } from './symbolic/domain.ts';
import { type Leaf, Leaves } from './symbolic/leaves.ts';
import { possiblePackets } from './symbolic/possible.ts';
import { type WatchedMark, watchedMarks } from './symbolic/watched.ts';

/** A class of packets that two rulesets treat differently. */
export interface DifferentClass {
  readonly family: Family;
  readonly hook: PacketHook;
  /** The fields that tell the class apart, in words. */
  readonly packets: Readonly<Record<string, string>>;
  readonly witness: Packet;
  readonly live: Trace;
  readonly expected: Trace;
}

/** Packets for which the answer hangs on something that nothing known of a packet decides. */
export interface OpenClass {
  readonly family: Family;
  readonly hook: PacketHook;
  readonly packets: Readonly<Record<string, string>>;
  readonly witness: Packet;
  readonly because: string;
}

/** All differences between two rulesets for one hook and family. Neither list has entries: they are equivalent. */
export interface Comparison {
  readonly different: readonly DifferentClass[];
  readonly open: readonly OpenClass[];
}

/** What a comparison is about. */
export interface ComparisonScope {
  readonly hook: PacketHook;
  readonly family: Family;
  /** The namespace's own addresses, as text, where they are known. */
  readonly localAddresses?: readonly string[];
  /**
   * `rules` (as ever): a class for each pair of deciding rules. `outcomes`: one for each pair of outcomes, taken apart
   * where its words would promise too much, so that every packet that the words describe is in the class.
   */
  readonly classes?: 'rules' | 'outcomes';
  /** The marks that make a difference; without them those that the expected rules look at. */
  readonly watched?: readonly WatchedMark[];
}

/**
 * Compares what two rulesets do to every packet that can exist at a hook. Marks count where the expected rules, or
 * the routing they rely on, can see them.
 */
export function compareRulesets(live: Ruleset, expected: Ruleset, scope: ComparisonScope): Comparison {
  try {
    return new PairComparison(live, expected, scope, domainOf([live, expected], scope.hook, scope.family)).result();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { different: [], open: [tooMany(scope, error.message)] };
  }
}

/** One comparison: both rulesets as diagrams over one domain. */
class PairComparison {
  readonly #scope: ComparisonScope;
  readonly #domain: Domain;
  readonly #diagrams = new Diagrams();
  readonly #leaves: Leaves;
  readonly #conditions: Conditions;
  readonly #hooks: { readonly live: Hooks; readonly expected: Hooks };
  readonly #watched: readonly WatchedMark[];
  readonly #pairs = new Map<string, Node>();
  readonly #possible: Node;
  readonly #local: readonly string[];

  constructor(live: Ruleset, expected: Ruleset, scope: ComparisonScope, domain: Domain) {
    this.#scope = scope;
    this.#domain = domain;
    this.#conditions = new Conditions(this.#diagrams, domain);
    this.#hooks = { live: new Hooks(live), expected: new Hooks(expected) };
    this.#watched = scope.watched ?? watchedMarks(expected);
    this.#leaves = new Leaves(this.#diagrams, domain, this.#watched);
    this.#local = (scope.localAddresses ?? []).filter((text) => parseAddress(text)?.family === scope.family);
    const local = this.#local.flatMap((text) => parseAddress(text)?.value ?? []);
    this.#possible = possiblePackets(this.#conditions, local, assignsHelpers(live) || assignsHelpers(expected));
  }

  result(): Comparison {
    const live = this.#compile(this.#hooks.live);
    const expected = this.#compile(this.#hooks.expected);
    const pairs = this.#diagrams.combine(live, expected, (a, b) => this.#pair(a, b));
    const differing = this.#diagrams.ite(this.#possible, pairs, FALSE);
    const { always, sometimes } = this.#quantify(differing);
    return { different: this.#different(differing, always), open: this.#open(differing, sometimes) };
  }

  #compile(hooks: Hooks): Node {
    return new Compiler(hooks, this.#conditions, this.#leaves).compile();
  }

  /** FALSE for leaves that mean the same, else one leaf per pair of verdicts and deciding rules. */
  #pair(a: Node, b: Node): Node {
    const live = this.#leaves.content(a);
    const expected = this.#leaves.content(b);
    if (live.verdict.kind === 'undetermined') return this.#pairLeaf(`open ${live.verdict.because}`);
    if (expected.verdict.kind === 'undetermined') return this.#pairLeaf(`open ${expected.verdict.because}`);
    if (this.#same(live, expected)) return FALSE;
    if (this.#scope.classes === 'outcomes') return this.#pairLeaf(this.#contrast(live, expected));
    return this.#pairLeaf(`${this.#identity(live)} / ${this.#identity(expected)}`);
  }

  /** What tells the outcomes apart. Where packets go comes first, then the zone; else it is a mark. */
  #contrast(live: Leaf, expected: Leaf): string {
    const [a, b] = [JSON.stringify(live.verdict), JSON.stringify(expected.verdict)];
    if (a !== b) return `${a} / ${b}`;
    return live.zone === expected.zone ? 'marks' : `zones ${live.zone} / ${expected.zone}`;
  }

  #sees(leaf: Leaf, { field, value, mask }: WatchedMark): boolean {
    return ((this.#domain.marks.representatives[leaf[field]] ?? 0) & mask) >>> 0 === value;
  }

  readonly #identities = new Map<object, number>();

  #identity({ verdict, decidedBy, zone }: Leaf): string {
    if (decidedBy !== null && !this.#identities.has(decidedBy.rule)) {
      this.#identities.set(decidedBy.rule, this.#identities.size);
    }
    const rule = decidedBy === null ? 'none' : this.#identities.get(decidedBy.rule);
    return `${JSON.stringify(verdict)} ${zone} ${rule}`;
  }

  #pairLeaf(key: string): Node {
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    const leaf = this.#diagrams.leaf();
    this.#pairs.set(key, leaf);
    return leaf;
  }

  #same(live: Leaf, expected: Leaf): boolean {
    if (JSON.stringify(live.verdict) !== JSON.stringify(expected.verdict) || live.zone !== expected.zone) return false;
    return this.#watched.every((watched) => this.#sees(live, watched) === this.#sees(expected, watched));
  }

  /** Packets that differ however the unknown conditions turn out, and those that differ only for some outcomes. */
  #quantify(differing: Node): { always: Node; sometimes: Node } {
    const isOpen = new Set([...this.#pairs].flatMap(([key, leaf]) => (key.startsWith('open ') ? [leaf] : [])));
    const definite = this.#diagrams.mapLeaves(differing, (leaf) => (leaf === FALSE || isOpen.has(leaf) ? FALSE : TRUE));
    const any = this.#diagrams.mapLeaves(differing, (leaf) => (leaf === FALSE ? FALSE : TRUE));
    const always = this.#overUnknowns(definite, (results) => (results.includes(FALSE) ? FALSE : TRUE));
    const possibly = this.#overUnknowns(any, (results) => (results.includes(TRUE) ? TRUE : FALSE));
    return { always, sometimes: this.#diagrams.and(possibly, this.#diagrams.not(always)) };
  }

  /** Removes the boolean fields of unknown conditions, which lie below all others. */
  #overUnknowns(node: Node, fold: (results: readonly Node[]) => Node): Node {
    const memo = new Map<Node, Node>();
    const visit = (current: Node): Node => {
      if (this.#diagrams.isLeaf(current)) return current;
      const known = memo.get(current);
      if (known !== undefined) return known;
      const children = this.#diagrams.children(current).map(visit);
      const level = this.#diagrams.level(current);
      const result =
        level < FIELDS.length ? this.#diagrams.node(level, this.#diagrams.starts(current), children) : fold(children);
      memo.set(current, result);
      return result;
    };
    return visit(node);
  }

  #different(differing: Node, always: Node): DifferentClass[] {
    const result: DifferentClass[] = [];
    for (const [key, leaf] of this.#pairs) {
      if (key.startsWith('open ')) continue;
      const withUnknowns = this.#diagrams.mapLeaves(differing, (other) => (other === leaf ? TRUE : FALSE));
      const some = this.#overUnknowns(withUnknowns, (results) => (results.includes(TRUE) ? TRUE : FALSE));
      const packets = this.#diagrams.and(always, some);
      if (packets !== FALSE) result.push(...this.#classes(packets));
    }
    return result;
  }

  #classes(packets: Node): DifferentClass[] {
    if (this.#scope.classes !== 'outcomes') return [this.#class(packets)];
    const boxes = boxesOf(this.#conditions, packets, this.#possible, this.#local[0]);
    return boxes.map((box) => this.#class(box.packets, box.fresh));
  }

  /** A class with a witness from some of its packets. */
  #class(packets: Node, some = packets): DifferentClass {
    const packet = witness(this.#diagrams, this.#domain, some, this.#local[0]);
    return {
      hook: this.#scope.hook,
      family: this.#scope.family,
      packets: describeClass(this.#conditions, packets, this.#possible),
      witness: packet,
      live: evaluatePacket(this.#hooks.live, packet, { reach: 'arrival', steps: true }),
      expected: evaluatePacket(this.#hooks.expected, packet, { reach: 'arrival', steps: true }),
    };
  }

  #open(differing: Node, sometimes: Node): OpenClass[] {
    if (sometimes === FALSE || differing === FALSE) return [];
    const packet = witness(this.#diagrams, this.#domain, sometimes, this.#local[0]);
    const { verdict } = evaluatePacket(this.#hooks.live, packet, { reach: 'arrival' });
    return [
      {
        hook: this.#scope.hook,
        family: this.#scope.family,
        packets: describeClass(this.#conditions, sometimes, this.#possible),
        witness: packet,
        because: verdict.kind === 'undetermined' ? verdict.because : 'a condition that no packet field decides',
      },
    ];
  }
}

function assignsHelpers({ tables }: Ruleset): boolean {
  const rules = tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
  return rules.some(({ targets }) =>
    targets.some((target) => target.kind === 'ct' && target.rest.includes('--helper')),
  );
}

function tooMany(scope: ComparisonScope, because: string): OpenClass {
  const any = scope.family === 'ipv4' ? '0.0.0.0' : '::';
  return {
    ...scope,
    packets: {},
    witness: { family: scope.family, hook: scope.hook, protocol: 'tcp', source: any, destination: any },
    because,
  };
}

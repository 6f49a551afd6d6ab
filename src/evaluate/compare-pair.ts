import type { Ruleset } from '../model/ruleset.ts';
import type { Comparison, ComparisonScope, DifferentClass, OpenClass } from './compare-types.ts';
import { Hooks } from './hooks.ts';
import { evaluatePacket } from './packet.ts';
import { boxesOf } from './symbolic/boxes.ts';
import { describeClass, witness } from './symbolic/classes.ts';
import { Compiler } from './symbolic/compile.ts';
import { Conditions } from './symbolic/conditions.ts';
import { Deciders, type Detail } from './symbolic/deciders.ts';
import { Diagrams, FALSE, type Node, TRUE } from './symbolic/diagram.ts';
import type { Domain } from './symbolic/domain.ts';
import { Leaves } from './symbolic/leaves.ts';
import { LIMITS, TooComplex, whyGivenUp } from './symbolic/limits.ts';
import { Pairs } from './symbolic/pairs.ts';
import { assignsHelpers, possiblePackets } from './symbolic/possible.ts';
import { alwaysHolds, mayHold } from './symbolic/unknowns.ts';
import { type WatchedMark, watchedMarks } from './symbolic/watched.ts';

/** Pairs of deciding rules that are told apart; where there are more, people are better served by lists. */
const MOST: Readonly<Record<Detail, number>> = { rules: 64, alike: 128, outcomes: 128 };

/** Nobody reads more. */
const MOST_CLASSES = 256;

const TOO_MANY = 'there are more differences than can be told apart';

/** Where two rulesets differ, in some detail: a diagram whose leaves are FALSE or one of the pairs. */
interface Differing {
  readonly node: Node;
  readonly pairs: Pairs;
  readonly deciders: Deciders;
}

/** One comparison: both rulesets as diagrams over one domain. */
export class PairComparison {
  readonly #scope: ComparisonScope;
  readonly #domain: Domain;
  readonly #diagrams = new Diagrams();
  readonly #conditions: Conditions;
  readonly #hooks: { readonly live: Hooks; readonly expected: Hooks };
  readonly #watched: readonly WatchedMark[];
  readonly #possible: Node;
  /** Classes that are reported: each has a witness whose ways are described rule by rule. */
  readonly #most: number;
  /** Rules on the ways of the witnesses so far. */
  #described = 0;

  constructor(live: Ruleset, expected: Ruleset, scope: ComparisonScope, domain: Domain) {
    this.#scope = scope;
    this.#domain = domain;
    this.#conditions = new Conditions(this.#diagrams, domain);
    this.#hooks = { live: new Hooks(live), expected: new Hooks(expected) };
    this.#watched = scope.watched ?? watchedMarks(expected);
    this.#most = Math.max(
      8,
      Math.min(MOST_CLASSES, Math.floor(LIMITS.described / (ruleCount(live) + ruleCount(expected) + 1))),
    );
    this.#possible = possiblePackets(this.#conditions, assignsHelpers(live) || assignsHelpers(expected));
  }

  /** @throws TooComplex when the rules combine too much */
  result(): Comparison {
    const outcomes = this.#differing('outcomes');
    if (outcomes.node === FALSE) return { different: [], open: [] };
    const { always, sometimes } = this.#quantify(outcomes);
    const told = this.#scope.classes === 'outcomes' || always === FALSE ? outcomes : this.#inDetail(outcomes);
    const { found, because } = this.#different(told, always);
    return { different: found, open: this.#openQuestions(sometimes, because) };
  }

  #openQuestions(sometimes: Node, because: string | null): OpenClass[] {
    if (because !== null) return [this.#notAll(because)];
    try {
      return this.#open(sometimes);
    } catch (error) {
      return [this.#notAll(whyGivenUp(error))];
    }
  }

  /** Tells the deciding rules apart as far as that is possible and useful. */
  #inDetail(outcomes: Differing): Differing {
    try {
      const rules = this.#differing('rules');
      if (!rules.pairs.tooMany) return rules;
      const alike = this.#differing('alike');
      return alike.pairs.tooMany ? outcomes : alike;
    } catch (error) {
      if (error instanceof TooComplex) return outcomes;
      throw error;
    }
  }

  #differing(detail: Detail): Differing {
    const deciders = new Deciders(detail);
    const leaves = new Leaves(this.#diagrams, this.#domain, this.#watched, deciders);
    const compile = (hooks: Hooks) => new Compiler(hooks, this.#conditions, leaves).compile();
    const options = { watched: this.#watched, most: MOST[detail] };
    const pairs = new Pairs(this.#diagrams, this.#domain, leaves, deciders, options);
    const all = this.#diagrams.combine(compile(this.#hooks.live), compile(this.#hooks.expected), (a, b) =>
      pairs.leaf(a, b),
    );
    return { node: this.#diagrams.ite(this.#possible, all, FALSE), pairs, deciders };
  }

  /** Packets that differ however the unknown conditions turn out, and those that differ only for some outcomes. */
  #quantify({ node, pairs }: Differing): { always: Node; sometimes: Node } {
    const definite = this.#diagrams.mapLeaves(node, (leaf) => (leaf === FALSE || leaf === pairs.open ? FALSE : TRUE));
    const any = this.#diagrams.mapLeaves(node, (leaf) => (leaf === FALSE ? FALSE : TRUE));
    const always = alwaysHolds(this.#diagrams, definite);
    return { always, sometimes: this.#diagrams.and(mayHold(this.#diagrams, any), this.#diagrams.not(always)) };
  }

  /** The classes of packets that differ, and why these are not all, if they are not. */
  #different({ node, pairs, deciders }: Differing, always: Node): { found: DifferentClass[]; because: string | null } {
    this.#diagrams.allowTelling();
    const found: DifferentClass[] = [];
    try {
      for (const [leaf, [live, expected]] of pairs.different) {
        const some = this.#diagrams.select(node, new Set([leaf]));
        const packets = this.#diagrams.and(always, mayHold(this.#diagrams, some));
        if (packets === FALSE) continue;
        const alike = { live: deciders.like(live.decidedBy), expected: deciders.like(expected.decidedBy) };
        const classes = this.#classes(packets, this.#most - found.length);
        found.push(...classes.map((one) => (deciders.detail === 'alike' ? { ...one, alike } : one)));
        if (found.length >= this.#most || this.#described > LIMITS.described) return { found, because: TOO_MANY };
      }
      return { found, because: null };
    } catch (error) {
      return { found, because: whyGivenUp(error) };
    }
  }

  #classes(packets: Node, most: number): DifferentClass[] {
    if (this.#scope.classes !== 'outcomes') return [this.#class(packets)];
    const boxes = boxesOf(this.#conditions, packets, this.#possible, Math.min(most, 32));
    const told: DifferentClass[] = [];
    for (const box of boxes) {
      told.push(this.#class(box.packets, box.fresh));
      if (this.#described > LIMITS.described) break;
    }
    return told;
  }

  /** A class with a witness from some of its packets. */
  #class(packets: Node, some = packets): DifferentClass {
    const packet = witness(this.#diagrams, this.#domain, some);
    const trace = (hooks: Hooks) => evaluatePacket(hooks, packet, { reach: 'arrival', steps: true });
    const [live, expected] = [trace(this.#hooks.live), trace(this.#hooks.expected)];
    this.#described += live.steps.length + expected.steps.length;
    return {
      hook: this.#scope.hook,
      family: this.#scope.family,
      packets: describeClass(this.#conditions, packets, this.#possible),
      witness: packet,
      live,
      expected,
    };
  }

  /** Says that there are more differences than those found. */
  #notAll(because: string): OpenClass {
    const { family, hook } = this.#scope;
    const any = family === 'ipv4' ? '0.0.0.0' : '::';
    const witness = { family, hook, protocol: 'tcp', source: any, destination: any };
    return { family, hook, packets: {}, witness, because };
  }

  #open(sometimes: Node): OpenClass[] {
    if (sometimes === FALSE) return [];
    const packet = witness(this.#diagrams, this.#domain, sometimes);
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

function ruleCount({ tables }: Ruleset): number {
  return tables.reduce((sum, { chains }) => sum + chains.reduce((count, { rules }) => count + rules.length, 0), 0);
}

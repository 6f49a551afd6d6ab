import type { Chain, Rule } from '../../../model/ruleset.ts';
import { type Diagrams, FALSE, type Node, TRUE } from '../diagram.ts';
import { merged, type World } from './worlds.ts';

/** Where a rule of a run of deciding rules takes packets: the diagram of the run, and the leaf of the rule. */
interface InRun {
  readonly run: Node;
  readonly leaf: Node;
}

/** Which packets rules take, as they were when their way began. Kept as found, and put together when asked for. */
export class MetRules {
  readonly #diagrams: Diagrams;
  readonly #taken = new Map<Rule, Node>();
  readonly #inRuns = new Map<Rule, InRun[]>();
  readonly #entered = new Map<Chain, readonly World[]>();

  constructor(diagrams: Diagrams) {
    this.#diagrams = diagrams;
  }

  /** Notes packets that a rule matches, or may match. */
  take(rule: Rule, packets: Node): void {
    if (packets === FALSE) return;
    this.#taken.set(rule, this.#diagrams.or(this.#taken.get(rule) ?? FALSE, packets));
  }

  takeInRun(rule: Rule, where: InRun): void {
    const known = this.#inRuns.get(rule);
    if (known) known.push(where);
    else this.#inRuns.set(rule, [where]);
  }

  enter(chain: Chain, world: World): void {
    this.#entered.set(chain, merged(this.#diagrams, [...this.entered(chain), world]));
  }

  /** Whether some packet meets the rule and it matches, or may match. */
  isMet(rule: Rule): boolean {
    return this.#taken.has(rule) || this.#inRuns.has(rule);
  }

  /** The packets that get into a chain. */
  entered(chain: Chain): readonly World[] {
    return this.#entered.get(chain) ?? [];
  }

  /** The packets that a rule takes. */
  taken(rule: Rule): Node {
    for (const { run, leaf } of this.#inRuns.get(rule) ?? []) {
      this.take(
        rule,
        this.#diagrams.mapLeaves(run, (other) => (other === leaf ? TRUE : FALSE)),
      );
    }
    this.#inRuns.delete(rule);
    return this.#taken.get(rule) ?? FALSE;
  }
}

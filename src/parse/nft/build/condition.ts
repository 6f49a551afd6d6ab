import type { TableFamily } from '../../../model/family.ts';
import type { Match } from '../../../model/match.ts';
import type { Comparison, Expression, ListedSet } from '../syntax.ts';

/** What a rule is read in: the table's family and named sets, and the matches that stand in front. */
export interface Scene {
  readonly family: TableFamily;
  readonly sets: ReadonlyMap<string, ListedSet>;
  readonly before: readonly Match[];
  /** Whether a port has to say its protocol as well: rules of iptables leave that to `-p`. */
  readonly demandsProtocol: boolean;
}

/** A comparison of one selector, possibly under a mask. */
export interface Condition {
  /** `ip saddr`, `meta mark`, `fib daddr type`. */
  readonly key: string;
  /** `SELECTOR & mask`, as written. */
  readonly mask: Expression | null;
  readonly comparison: Comparison;
  readonly right: Expression;
}

/** Turns a condition into matches that hold together exactly when it does; null when the model has no such form. */
export type Resolver = (condition: Condition, scene: Scene) => readonly Match[] | null;

import type { Match } from '../model/match.ts';
import type { Rule } from '../model/ruleset.ts';
import type { Target } from '../model/target.ts';
import type { Clause } from './clauses.ts';

/** A rule before it has a place: `Rule` without index, origin and text. */
export type DraftRule = Pick<Rule, 'matches' | 'targets'>;

/** A table while it is being programmed. Rules are given in the order in which Istio gives them to the kernel. */
export interface TableDraft {
  readonly chains: ReadonlyMap<string, readonly DraftRule[]>;
  /** `-A chain`. Creates the chain if need be. */
  append(chain: string, clauses: readonly Clause[], ...targets: readonly Target[]): void;
  /** `-I chain position`, 1-based. A position past the end appends. */
  insert(chain: string, position: number, clauses: readonly Clause[], ...targets: readonly Target[]): void;
  /** Makes the table exist without a rule. */
  register(): void;
  readonly registered: boolean;
}

/** An empty table. */
export function createTable(): TableDraft {
  const chains = new Map<string, DraftRule[]>();
  let registered = false;
  const chain = (name: string): DraftRule[] => {
    const rules = chains.get(name) ?? [];
    chains.set(name, rules);
    return rules;
  };
  // Istio creates a chain when a rule is in it or jumps to it; the kernel would not take the jump otherwise.
  const createDestinations = (targets: readonly Target[]): void => {
    for (const target of targets) if (target.kind === 'jump') chain(target.chain);
  };
  return {
    chains,
    append: (name, clauses, ...targets) => {
      chain(name).push(rule(clauses, targets));
      createDestinations(targets);
    },
    insert: (name, position, clauses, ...targets) => {
      chain(name).splice(position - 1, 0, rule(clauses, targets));
      createDestinations(targets);
    },
    register: () => {
      registered = true;
    },
    get registered() {
      return registered || chains.size > 0;
    },
  };
}

function rule(clauses: readonly Clause[], targets: readonly Target[]): DraftRule {
  const matches: Match[] = clauses.flat();
  return { matches, targets };
}

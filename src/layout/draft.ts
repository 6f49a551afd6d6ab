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
  /** `-I chain position`, 1-based. A position behind the end appends. */
  insert(chain: string, position: number, clauses: readonly Clause[], ...targets: readonly Target[]): void;
  /** Makes the table exist without a rule. */
  register(): void;
  /** Makes a chain exist without a rule. */
  declare(chain: string): void;
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
  return {
    chains,
    append: (name, clauses, ...targets) => void chain(name).push(rule(clauses, targets)),
    insert: (name, position, clauses, ...targets) => void chain(name).splice(position - 1, 0, rule(clauses, targets)),
    register: () => {
      registered = true;
    },
    declare: (name) => void chain(name),
    get registered() {
      return registered || chains.size > 0;
    },
  };
}

function rule(clauses: readonly Clause[], targets: readonly Target[]): DraftRule {
  const matches: Match[] = clauses.flat();
  return { matches, targets };
}

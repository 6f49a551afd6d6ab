import type { Rule, Table } from '../../../model/ruleset.ts';
import { type DecidingTarget, decides } from '../../../model/target-effects.ts';
import { semanticsOf } from '../../semantics.ts';
import type { Conditions, Environment } from '../conditions.ts';
import type { Node } from '../diagram.ts';
import { RULE_STEPS } from '../limits.ts';

/** The target by which a rule, where it matches, ends the packet's way through its chain, if that is all it does. */
export function decidingTarget({ targets }: Rule): DecidingTarget | null {
  const [target] = targets;
  return targets.length === 1 && target && decides(target) ? target : null;
}

/**
 * Which of the rules in a row takes a packet first: one leaf for each, `pass` where none does. Joined in halves, so that
 * a list of n rules costs n log n.
 */
export function firstOf(
  conditions: Conditions,
  rules: readonly Rule[],
  { environment, table, leaves, pass }: FirstOptions,
): Node {
  const { diagrams } = conditions;
  const join = (from: number, to: number): Node => {
    const rule = rules[from];
    if (to - from > 1) {
      const middle = (from + to) >> 1;
      return diagrams.fill(join(from, middle), pass, join(middle, to));
    }
    diagrams.spend(RULE_STEPS);
    if (rule === undefined) return pass;
    const condition = conditions.rule(rule, environment, semanticsOf(table, rule));
    return diagrams.ite(condition, leaves[from] ?? pass, pass);
  };
  return rules.length === 0 ? pass : join(0, rules.length);
}

interface FirstOptions {
  readonly environment: Environment;
  readonly table: Table;
  readonly leaves: readonly Node[];
  readonly pass: Node;
}

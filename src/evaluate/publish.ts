import type { TraceStep } from '../model/trace.ts';
import type { TraceStep as EvaluatedStep } from './packet.ts';

/** The rules on a packet's way as reports show them. */
export function publishedSteps(steps: readonly EvaluatedStep[]): TraceStep[] {
  return steps.map(({ where, outcome, action, why }) => ({
    table: where.table.name,
    chain: where.chain.name,
    index: where.rule.index,
    text: where.rule.text,
    outcome,
    action,
    why,
  }));
}

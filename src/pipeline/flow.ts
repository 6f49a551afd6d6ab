import type { Declared } from '../expect/layers.ts';
import { followed } from '../flow/index.ts';
import type { FlowAnswer, FlowQuestion } from '../flow/types.ts';
import type { Facts } from '../observe/facts.ts';
import { inTime } from './in-time.ts';

/**
 * The lives of requests in a pod, step by step, each held against what Istio should have programmed.
 * @throws UsageError when the inputs contradict each other, or the question is about a port of the proxy
 * @throws CannotLook when the time is over before there is any answer
 */
export function flow(facts: Facts, declared: Declared, question: FlowQuestion = {}): FlowAnswer {
  return inTime(facts, () => followed(question, declared, facts));
}

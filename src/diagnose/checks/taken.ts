import type { Context } from '../../expect/context.ts';
import { planesOf } from '../../istio/planes.ts';
import type { WriteFailure } from '../../model/write-failure.ts';
import { defineCheck } from '../check.ts';
import { failureInWords } from '../failure-words.ts';
import { finding } from '../finding.ts';

/** Words of a log that are quoted. */
const LONGEST_QUOTE = 400;

/** Rules that were handed over and not taken, as the log of istio-init, istio-cni or the agent says itself. */
export const taken = defineCheck({
  id: 'rules-taken',
  description: 'no log says that rules were not taken',
  codes: ['NAT0105', 'NAT0901'],
  withoutRules: true,
  run: (context) => oneOfEach(context.pod.failures ?? []).map((failure) => told(failure, context)),
});

function told(failure: WriteFailure, context: Context) {
  const { message, advice } = failureInWords(failure);
  const { source, line } = failure;
  const text = failure.text.replace(/\s+/g, ' ').slice(0, LONGEST_QUOTE);
  return finding(isAmbient(context) ? 'NAT0901' : 'NAT0105', {
    message,
    ...(failure.family === null ? {} : { family: failure.family }),
    evidence: [{ kind: 'input', source, line, column: 1, text }],
    likely: { kind: 'told' },
    advice,
  });
}

/** By the configuration, which follows the rules that were asked for where nobody declared it. */
function isAmbient({ config, pod }: Context): boolean {
  return config.dataplane === 'ambient' || planesOf(pod.ruleset).has('ambient');
}

/** A program that tries again says the same again. */
function oneOfEach(failures: readonly WriteFailure[]): WriteFailure[] {
  const key = ({ family, cause, pod, rule }: WriteFailure) => [family, cause, pod, rule].join('\n');
  return [...new Map(failures.toReversed().map((failure) => [key(failure), failure])).values()].toReversed();
}

import type { ReportingDescriptor, Result } from 'sarif';
import type { DiffAnswer, DiffCause } from '../../diagnose/differences.ts';
import { classTitle, grouped, type ShownClass, type Wording } from '../diff/class.ts';
import { classText } from '../diff/plain.ts';
import { wordingOf } from '../diff/words.ts';
import { fileLineOf } from '../places.ts';
import { escapedLines } from '../plain.ts';
import { invocationOf } from './invocation.ts';
import { locations } from './location.ts';
import { fingerprint, message, sarifLog } from './log.ts';

/** What a difference is called by the rule that makes it. */
const RULES = {
  added: ['rule-added', 'A rule that is too many makes packets fare differently'],
  removed: ['rule-missing', 'A rule that is missing makes packets fare differently'],
  early: ['rule-too-early', 'A rule that comes too early makes packets fare differently'],
  several: ['rules-differ', 'Several rules together make packets fare differently'],
} as const satisfies Record<DiffCause['kind'] | 'several', readonly [string, string]>;

/** The report of `diff` as SARIF: a result for each class of packets. */
export function diffSarif(answer: DiffAnswer): string {
  const { report, causes, source } = answer;
  const words = wordingOf(answer);
  return sarifLog({
    rules: Object.values(RULES).map(descriptor),
    results: grouped(report.differences, causes).map((one) => resultOf(one, words, source)),
    invocation: invocationOf(report.undetermined),
    properties: { equivalent: report.equivalent },
  });
}

function descriptor([id, text]: (typeof RULES)[keyof typeof RULES]): ReportingDescriptor {
  return { id, shortDescription: { text }, defaultConfiguration: { level: 'error' } };
}

function resultOf(shown: ShownClass, words: Wording, source: DiffAnswer['source']): Result {
  const { difference, cause } = shown;
  const { family, hook, packets, liveRule, expectedRule } = difference;
  const spot = cause?.rule ?? liveRule ?? expectedRule ?? undefined;
  return {
    ruleId: RULES[cause?.kind ?? 'several'][0],
    level: 'error',
    message: message(escapedLines(`${classTitle(shown)}\n${classText(shown, words)}`)),
    locations: locations(fileLineOf([], source), spot, family),
    partialFingerprints: fingerprint([family, hook, packets, spot?.table ?? null, spot?.chain ?? null]),
  };
}

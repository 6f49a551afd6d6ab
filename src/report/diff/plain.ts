import type { QuotedRule } from '../../model/report.ts';
import { packetWords, place, verdictWords } from '../words.ts';
import type { ShownClass, Wording } from './class.ts';

/** One class of packets for where there is nothing but text: one of them, its fate on both sides, and the rule at fault. */
export function classText({ difference, cause }: ShownClass, words: Wording): string {
  const { witness, live, expected, liveRule, expectedRule } = difference;
  return [
    `Such as: ${packetWords(witness)}`,
    `${words.live}: ${verdictWords(live)}${by(liveRule)}`,
    `${words.expected}: ${verdictWords(expected)}${by(expectedRule)}`,
    ...(cause === null ? [] : [`Because: ${words.cause[cause.kind]} ${ruleText(cause.rule)}`]),
  ].join('\n');
}

function by(rule: QuotedRule | null): string {
  return rule === null ? ' (no rule decides)' : ` (${ruleText(rule)})`;
}

function ruleText(rule: QuotedRule): string {
  return `${place(rule)}: ${rule.text.replaceAll('\n', ' ')}`;
}

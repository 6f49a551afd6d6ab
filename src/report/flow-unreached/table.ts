import type { FlowUnreachedAnswer, UnreachedRule } from '../../flow/classes-types.ts';
import { escapeText } from '../escape.ts';
import { type ReportOptions, type Style, styleOf } from '../style.ts';
import { openLines, subjectOf } from '../subject.ts';
import { count, familyName, place } from '../words.ts';
import { clip, indent, labelled, wrap } from '../wrap.ts';

/** A rule may quote a comment of 256 bytes and fifteen ports; what is longer is in the JSON report. */
const LONGEST_QUOTE = 600;
/** More than anybody reads; the JSON report has them all. */
const MOST_RULES = 40;

/** The report of `flow --unreached` for people: chain by chain the rules that match no packet, and why. */
export function flowUnreachedTable(answer: FlowUnreachedAnswer, options: ReportOptions): string {
  const style = styleOf(options);
  const { rules, undetermined } = answer.report;
  const shown = rules.slice(0, MOST_RULES);
  const sections = [
    wrap(escapeText(headSentence(answer)), style.width).map((line) => style.chalk.bold(line)),
    ...chainsOf(shown).map((chain) => chainLines(chain, style)),
    rules.length > shown.length ? [`… and ${rules.length - shown.length} more, all in the report of --json`] : [],
    openLines(undetermined, style),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headSentence({ report: { rules, undetermined }, source, looked }: FlowUnreachedAnswer): string {
  const of = `of the ${count(looked, 'rule')} of ${subjectOf(source)}`;
  if (rules.length > 0)
    return `${rules.length} ${of} can never match a packet. Istio itself writes a few such rules; taking them away changes nothing.`;
  return undetermined.length > 0
    ? `None ${of} is known never to match a packet.`
    : `Every one ${of} matches some packet.`;
}

function chainsOf(rules: readonly UnreachedRule[]): UnreachedRule[][] {
  const chains = new Map<string, UnreachedRule[]>();
  for (const one of rules) {
    const key = `${one.family} ${one.rule.table} ${one.rule.chain}`;
    chains.set(key, [...(chains.get(key) ?? []), one]);
  }
  return [...chains.values()];
}

function chainLines(rules: readonly UnreachedRule[], style: Style): string[] {
  const [first] = rules;
  if (!first) return [];
  const family = first.family === 'inet' ? 'IPv4 and IPv6' : familyName(first.family);
  const title = `${family}, ${first.rule.table} ${first.rule.chain}`;
  return [style.chalk.bold(escapeText(title)), ...rules.flatMap((one) => indent(ruleLines(one, style), 2))];
}

function ruleLines(one: UnreachedRule, style: Style): string[] {
  const label = `#${one.rule.index} `;
  const width = style.width - 2 - label.length;
  const text = labelled(label, label.length, wrap(escapeText(clip(one.rule.text, LONGEST_QUOTE)), width));
  const why = wrap(escapeText(reason(one)), width);
  const by = one.by.flatMap((rule) => wrap(escapeText(clip(`${place(rule)}: ${rule.text}`, LONGEST_QUOTE)), width - 2));
  return [...text, ...indent(why, label.length), ...indent(by, label.length + 2).map((line) => style.chalk.dim(line))];
}

function reason({ reason: why, by, complete }: UnreachedRule): string {
  switch (why) {
    case 'no-jump':
      return 'nothing jumps to its chain';
    case 'not-entered':
      return 'no packet gets into its chain';
    case 'no-packet':
      return 'no packet that comes to it matches';
    case 'taken':
      if (by.length === 0) return 'earlier rules take every packet that it would match';
      return `${by.length === 1 ? 'an earlier rule takes' : 'earlier rules take'} every packet that it would match${complete ? '' : '; among them'}:`;
  }
}

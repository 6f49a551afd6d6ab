import type { FlowAnswer, Journey } from '../../flow/types.ts';
import { escapeText } from '../escape.ts';
import { type ReportOptions, type Style, styleOf, symbol } from '../style.ts';
import { istioName, openLines, subjectOf } from '../subject.ts';
import { indent, wrap } from '../wrap.ts';
import { isUnserved, journeyLine, journeyLines } from './journey.ts';

/**
 * The report of `flow` for people: the answer in a sentence, what was taken as given, then life by life one line a step,
 * what goes wrong first and with both rules in full; what goes right is a line each where there is more than one, and a
 * life that goes the same way over IPv6 is shown once.
 */
export function flowTable(answer: FlowAnswer, options: ReportOptions): string {
  const style = styleOf(options);
  const { journeys, undetermined } = answer.report;
  const told = journeys.filter((one) => !isRepeated(one, journeys)).toSorted((a, b) => urgency(a) - urgency(b));
  const folded = style.verbose === true || told.length === 1 ? [] : told.filter((one) => urgency(one) === WELL);
  const alsoIpv6 = (one: Journey) => journeys.some((other) => isSame(one, other));
  const sections = [
    [...headLines(answer, style), ...assumedLines(answer, style)],
    ...told.filter((one) => !folded.includes(one)).map((one) => journeyLines(one, alsoIpv6(one), style)),
    folded.flatMap((one) => journeyLine(one, alsoIpv6(one), style)),
    openLines(undetermined, style),
    otherPackets(answer, style),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const WELL = 3;

/** What goes wrong first, then what cannot be told, then what nobody answers. */
function urgency(journey: Journey): number {
  if (journey.intended === 'yes') return isUnserved(journey) ? 2 : WELL;
  return journey.intended === 'no' ? 0 : 1;
}

function isRepeated(journey: Journey, journeys: readonly Journey[]): boolean {
  return journey.family === 'ipv6' && journeys.some((other) => isSame(other, journey));
}

/** Whether the second is the first over IPv6. */
function isSame(a: Journey, b: Journey): boolean {
  return a.family === 'ipv4' && b.family === 'ipv6' && a.name === b.name && way(a) === way(b);
}

/** Rules have other texts in the two families, but the same places. */
function way({ steps, answers, end, intended }: Journey): string {
  const places = [...steps, ...answers].map((step) => [
    [step.hook, step.table, step.chain, step.rule?.index, step.action, step.intended, step.program, step.port],
    step.expected && [step.expected.verdict, step.expected.rule?.table, step.expected.rule?.chain],
  ]);
  return JSON.stringify([end, intended, steps.length, places]);
}

function headLines(answer: FlowAnswer, style: Style): string[] {
  const { intended } = answer.report;
  const mark = intended === null ? 'undetermined' : intended ? 'pass' : 'fail';
  const lines = wrap(escapeText(headSentence(answer)), style.width - 2);
  return lines.map((line, index) => `${index === 0 ? symbol(mark, style.chalk) : ' '} ${style.chalk.bold(line)}`);
}

function headSentence({ report, source, config, releases }: FlowAnswer): string {
  const { journeys, intended } = report;
  const istio = istioName({ ...config, releases });
  const wrong = journeys.filter((one) => one.intended === 'no');
  if (wrong.length > 0) {
    const many = `${wrong.length} of ${journeys.length} requests ${wrong.length === 1 ? 'goes' : 'go'} wrong`;
    return `In ${subjectOf(source)} ${many}, held against ${istio}: ${wrong.map(firstWrong).join(', ')}.`;
  }
  if (intended === null)
    return `Whether every request in ${subjectOf(source)} goes as ${istio} means it to cannot be told.`;
  const all = journeys.length === 1 ? 'this request' : `each of these ${journeys.length} requests`;
  return `In ${subjectOf(source)} ${all} goes as ${istio} means it to${unserved(journeys)}.`;
}

/** Requests whose way is right and that nobody answers. */
function unserved(journeys: readonly Journey[]): string {
  const { length } = journeys.filter(isUnserved);
  if (length === 0) return '';
  if (journeys.length === 1) return ', and ends where nobody listens';
  return length === 1
    ? ', and one of them ends where nobody listens'
    : `, and ${length} of them end where nobody listens`;
}

function firstWrong({ name, family, steps }: Journey): string {
  const step = steps.find(({ intended }) => intended === 'no');
  const over = family === 'ipv6' ? ' over IPv6' : '';
  return `${name}${over} ${step === undefined ? '(its answer)' : `at step ${step.number}`}`;
}

function assumedLines({ report }: FlowAnswer, style: Style): string[] {
  if (report.assumed.length === 0) return [];
  const lines = wrap(escapeText(`Taken as given: ${report.assumed.join('; ')}.`), style.width - 2);
  return indent(
    lines.map((line) => style.chalk.dim(line)),
    2,
  );
}

/** What to do next; also when all goes well, since that may be one port of thousands. */
function otherPackets({ report }: FlowAnswer, style: Style): string[] {
  if (report.intended === false) return wrap('What causes it, and what to do: istio-nat check', style.width);
  if (report.intended === null) return [];
  return wrap('These are single packets. Whether every other packet fares as it should: istio-nat check', style.width);
}

import type { PacketError, TraceReport, TraceStep } from '../../model/trace.ts';
import { escapeText } from '../escape.ts';
import { reasonWords } from '../reason.ts';
import { type ReportOptions, type Style, styleOf } from '../style.ts';
import { packetWords, place, verdictWords } from '../words.ts';
import { clip, labelled, wrap } from '../wrap.ts';
import { traceLine } from './line.ts';

const LONGEST_RULE = 600;

/** A trace for people: the packet and its verdict in two lines, then rule by rule why it matched or did not. */
export function traceTable(trace: TraceReport | PacketError, options: ReportOptions): string {
  if ('error' in trace) return traceLine(trace);
  const style = styleOf(options);
  const lines = [
    ...labelled('Packet', 9, wrap(escapeText(packetWords(trace.packet)), style.width - 9)),
    ...labelled('Verdict', 9, verdictLines(trace, style)),
    ...(trace.steps === undefined ? [] : stepLines(trace.steps, style)),
  ];
  return `${lines.join('\n')}\n`;
}

function verdictLines(trace: TraceReport, style: Style): string[] {
  const step = decidingStep(trace);
  const by = step === undefined ? '' : ` by ${place(step)}`;
  const lines = wrap(escapeText(`${verdictWords(trace.verdict)}${by}`), style.width - 9);
  const color = trace.verdict.kind === 'undetermined' ? style.chalk.yellow : style.chalk.bold;
  return lines.map((line) => color(line));
}

/** The last step that did what the verdict says. Letting a packet through is often nobody's doing. */
function decidingStep(trace: TraceReport): TraceStep | undefined {
  const { kind } = trace.verdict;
  if (kind === 'undetermined' || kind === 'accept') return undefined;
  return trace.steps?.findLast((step) => step.outcome === 'match' && step.action.toLowerCase().startsWith(kind));
}

function stepLines(steps: readonly TraceStep[], style: Style): string[] {
  if (steps.length === 0) return ['', 'No rule was evaluated.'];
  return steps.flatMap((step, position) => {
    const previous = steps[position - 1];
    const entered = previous?.table !== step.table || previous.chain !== step.chain;
    const heading = style.chalk.bold(escapeText(`${step.table} ${step.chain}`));
    return [...(entered ? ['', heading] : []), ...oneStep(step, style)];
  });
}

function oneStep(step: TraceStep, style: Style): string[] {
  const { chalk, width } = style;
  const number = step.index === 0 ? 'policy' : String(step.index);
  const column = Math.max(4, number.length + 1);
  const text = labelled(number, column, wrap(escapeText(clip(step.text, LONGEST_RULE)), width - 4 - column));
  const consequence = step.outcome === 'match' ? `${reasonWords(step.why)} → ${step.action}` : reasonWords(step.why);
  const why = labelled('', column, wrap(escapeText(clip(consequence, LONGEST_RULE)), width - 4 - column));
  return [
    ...text.map((line, index) => `  ${index === 0 ? sign(step, style) : ' '} ${chalk.cyan(line)}`),
    ...why.map((line) => `    ${step.outcome === 'match' ? line : chalk.dim(line)}`),
  ];
}

function sign(step: TraceStep, style: Style): string {
  switch (step.outcome) {
    case 'match':
      return style.chalk.green('✓');
    case 'no-match':
      return style.chalk.dim('·');
    case 'undetermined':
      return style.chalk.yellow('?');
  }
}

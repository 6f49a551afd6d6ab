import { contrastInWords } from '../../diagnose/traffic/words.ts';
import type { FlowStep } from '../../flow/types.ts';
import { escapeText } from '../escape.ts';
import { briefReason } from '../reason.ts';
import type { Style } from '../style.ts';
import { place } from '../words.ts';
import { clip, indent, wrap } from '../wrap.ts';
import { stepWords } from './reason.ts';

/** Columns ahead of the place: indentation, sign, number. */
const MARGIN = 7;
/** Wide enough for `nat ISTIO_IN_REDIRECT #1`, and for the long names of native tables. */
const PLACE = { narrowest: 25, widest: 38 };
const ACTION = 23;
const LONGEST_RULE = 600;

/** The column that holds the places of some steps. */
export function placeColumn(steps: readonly FlowStep[]): number {
  const longest = steps.reduce((most, step) => Math.max(most, escapeText(placeOf(step)).length), 0);
  return Math.min(PLACE.widest, Math.max(PLACE.narrowest, longest));
}

/** One step in one line where it fits; a wrong one with what should have been. `column` is as `placeColumn` gives it. */
export function stepLines(step: FlowStep, column: number, style: Style): string[] {
  const lines = body(step, column, style.width - MARGIN);
  const head = `  ${sign(step, style)} ${String(step.number).padStart(2)} `;
  const paint = step.intended === 'follows' ? style.chalk.dim : (text: string) => text;
  return [
    ...lines.map((line, index) => `${index === 0 ? head : ' '.repeat(MARGIN)}${paint(line)}`),
    ...(step.intended === 'no' ? wrong(step, style) : []),
  ];
}

function sign({ intended, program }: FlowStep, { chalk }: Style): string {
  switch (intended) {
    case 'yes':
      // Nobody is there, which is no fault and nothing to tick.
      return program === 'none' ? chalk.dim('-') : chalk.green('✓');
    case 'no':
      return chalk.red('✗');
    case 'follows':
      return chalk.dim('·');
    case 'unknown':
      return chalk.yellow('?');
  }
}

function body(step: FlowStep, column: number, width: number): string[] {
  const where = escapeText(placeOf(step)).padEnd(column);
  const action = step.program === undefined && step.action !== 'none' ? escapeText(step.action).padEnd(ACTION) : '';
  const start = `${where} ${action}`.trimEnd();
  const why = escapeText(clip(reasonWordsOf(step), LONGEST_RULE));
  // Wrapping would close up the columns.
  const first = start.length <= width ? [start] : wrap(start, width);
  if (why === '') return first;
  const line = `${action === '' ? where : `${where} ${action}`} ${why}`;
  if (line.length <= width) return [line];
  return [...first, ...indent(wrap(why, width - 2), 2)];
}

function placeOf({ hook, rule, table, chain, port }: FlowStep): string {
  if (rule !== null) return place(rule);
  if (table !== null && chain !== null) return `${table} ${chain}`;
  return port === undefined ? hook : `port ${port}`;
}

function reasonWordsOf({ why, intended, expected }: FlowStep): string {
  if (intended === 'no' && expected === undefined) return `WRONG: ${stepWords(why)}`;
  return why.kind !== 'rule' || intended === 'unknown' ? stepWords(why) : briefReason(why);
}

function wrong({ rule, verdict, expected }: FlowStep, style: Style): string[] {
  if (verdict === undefined || expected === undefined) return [];
  const [is, should] = contrastInWords(verdict, expected.verdict);
  const here = rule === null ? '' : `: ${rule.text}`;
  const there = expected.rule === null ? '' : `, by ${place(expected.rule)}: ${expected.rule.text}`;
  const lines = [`WRONG: the packet ${is}${here}`, `Should be: it ${should}${there}`].flatMap((text) =>
    wrap(escapeText(clip(text, LONGEST_RULE)), style.width - MARGIN - 2),
  );
  return indent(lines, MARGIN + 2).map((line) => style.chalk.red(line));
}

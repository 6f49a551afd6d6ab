import { escapeText } from './escape.ts';
import type { ShownStep } from './flow-types.ts';
import type { Style } from './style.ts';
import { place, verdictWords } from './words.ts';
import { clip, indent, wrap } from './wrap.ts';

/** Columns ahead of the place: indentation, sign, number. */
const MARGIN = 7;
/** Wide enough for `nat ISTIO_IN_REDIRECT #1`; native names take a little more, and move what follows. */
const PLACE = 25;
const ACTION = 23;
const LONGEST_RULE = 600;

/** One step in one line where it fits; a wrong one with what should have been. */
export function stepLines(step: ShownStep, style: Style): string[] {
  const lines = body(step, style.width - MARGIN);
  const head = `  ${sign(step, style)} ${String(step.number).padStart(2)} `;
  const paint = step.intended === 'follows' ? style.chalk.dim : (text: string) => text;
  return [
    ...lines.map((line, index) => `${index === 0 ? head : ' '.repeat(MARGIN)}${paint(line)}`),
    ...(step.intended === 'no' ? wrong(step, style) : []),
  ];
}

function sign({ intended }: ShownStep, { chalk }: Style): string {
  switch (intended) {
    case 'yes':
      return chalk.green('✓');
    case 'no':
      return chalk.red('✗');
    case 'follows':
      return chalk.dim('·');
    case 'unknown':
      return chalk.yellow('?');
  }
}

function body(step: ShownStep, width: number): string[] {
  const where = escapeText(placeOf(step)).padEnd(PLACE);
  const action = step.program === undefined && step.action !== 'none' ? escapeText(step.action).padEnd(ACTION) : '';
  const start = `${where} ${action}`.trimEnd();
  const why = escapeText(clip(shortened(step), LONGEST_RULE));
  // Wrapping would close up the columns.
  const first = start.length <= width ? [start] : wrap(start, width);
  if (why === '') return first;
  const line = `${action === '' ? where : `${where} ${action}`} ${why}`;
  if (line.length <= width) return [line];
  return [...first, ...indent(wrap(why, width - 2), 2)];
}

function placeOf({ hook, rule, table, chain, port }: ShownStep): string {
  if (rule !== null) return place(rule);
  if (table !== null && chain !== null) return `${table} ${chain}`;
  return port === undefined ? hook : `port ${port}`;
}

/** A rule that matched says the same value twice: `uid is 1337, rule wants 1337` is `uid 1337`. */
function shortened({ rule, why, intended }: ShownStep): string {
  if (rule === null || intended === 'unknown') return why;
  const parts = why.split('; ').map((part) => part.replace(/^(.+?) is (.+), rule wants (not )?(.+)$/, brief));
  return parts.filter((part) => part !== 'no conditions').join(', ');
}

function brief(_: string, field: string, actual: string, not: string | undefined, wanted: string): string {
  return not === undefined ? `${field} ${actual}` : `${field} ${actual} is not ${wanted}`;
}

function wrong({ rule, verdict, expected, program, action }: ShownStep, style: Style): string[] {
  const width = style.width - MARGIN - 2;
  const lines: string[] = [];
  const say = (text: string) => lines.push(...wrap(escapeText(clip(text, LONGEST_RULE)), width));
  if (program !== undefined || verdict === undefined) say(action === 'refused' ? 'WRONG: refused' : 'WRONG');
  else say(`WRONG: ${verdictWords(verdict)}${rule === null ? '' : ` (${rule.text})`}`);
  if (expected !== undefined) {
    const by = expected.rule === null ? '' : ` by ${place(expected.rule)}: ${expected.rule.text}`;
    say(`Should be: ${verdictWords(expected.verdict)}${by}`);
  }
  return indent(lines, MARGIN + 2).map((line) => style.chalk.red(line));
}

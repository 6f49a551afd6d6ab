import Table from 'cli-table3';
import type { CheckOutcome, CheckReport } from '../../model/report.ts';
import { escapeText } from '../escape.ts';
import { type Style, symbol } from '../style.ts';
import { clip, indent } from '../wrap.ts';

const LONGEST_REASON = 300;

/** A line of the table: what came out, of which check or checks, and why. */
interface Row {
  readonly outcome: CheckOutcome['outcome'];
  readonly name: string;
  readonly text: string;
}

/**
 * The checks that were made. Of a healthy pod every one is listed, because that list is the answer; else only those
 * that need attention have a line each, unless everything is asked for.
 */
export function checkLines(report: CheckReport, style: Style): string[] {
  if (report.checks.length === 0) return [];
  const rows = report.verdict === 'healthy' || style.verbose === true ? report.checks.map(single) : condensed(report);
  return [style.chalk.bold('Checks'), ...indent(table(rows, style), 2)];
}

/** How many checks came to what: `31 passed, 1 failed, 23 skipped`. */
export function checkCounts({ checks }: CheckReport): string {
  const outcomes = (['pass', 'fail', 'skipped', 'undetermined'] as const).flatMap((outcome) => {
    const number = checks.filter((check) => check.outcome === outcome).length;
    return number === 0 ? [] : [`${number} ${OUTCOME_WORDS[outcome]}`];
  });
  return outcomes.join(', ');
}

const OUTCOME_WORDS = { pass: 'passed', fail: 'failed', skipped: 'skipped', undetermined: 'undetermined' } as const;

function single({ outcome, id, reason }: CheckOutcome): Row {
  return { outcome, name: id, text: clip(reason, LONGEST_REASON) };
}

/** What passed in one line; what was skipped or could not be told in one for each reason. */
function condensed({ checks, verdict }: CheckReport): Row[] {
  const passed = checks.filter(({ outcome }) => outcome === 'pass');
  return [
    ...checks.filter(({ outcome }) => outcome === 'fail').map(single),
    ...byReason(checks, 'undetermined', 'unknown'),
    // Where the rules could not be read, the little that is certain is what there is to go on.
    ...(verdict === 'undetermined' ? passed.map(single) : inOneLine(passed)),
    ...byReason(checks, 'skipped', 'skipped'),
  ];
}

function inOneLine(passed: readonly CheckOutcome[]): Row[] {
  if (passed.length === 0) return [];
  return [{ outcome: 'pass', name: 'passed', text: passed.map(({ id }) => id).join(', ') }];
}

function byReason(checks: readonly CheckOutcome[], outcome: CheckOutcome['outcome'], name: string): Row[] {
  const ids = new Map<string, string[]>();
  for (const check of checks) {
    if (check.outcome === outcome) ids.set(check.reason, [...(ids.get(check.reason) ?? []), check.id]);
  }
  return [...ids].map(([reason, of]) => ({
    outcome,
    name,
    text: `${clip(reason, LONGEST_REASON)} (${of.join(', ')})`,
  }));
}

function table(rows: readonly Row[], style: Style): string[] {
  const nameWidth = Math.min(32, Math.max(...rows.map(({ name }) => name.length)) + 2);
  const layout = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: [2, nameWidth, style.width - nameWidth - 4],
    wordWrap: true,
  });
  for (const { outcome, name, text } of rows) {
    layout.push([symbol(outcome, style.chalk), escapeText(name), escapeText(text)]);
  }
  const lines = layout.toString().split('\n');
  return lines.map((line) => line.trimEnd());
}

const CORNERS = ['', '-mid', '-left', '-right'];
const NO_BORDERS = Object.fromEntries([
  ['middle', ''],
  ...['top', 'bottom', 'mid', 'left', 'right'].flatMap((side) => CORNERS.map((corner) => [`${side}${corner}`, ''])),
]);

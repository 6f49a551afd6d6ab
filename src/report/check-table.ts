import type { CheckReport, Undetermined } from '../diagnose/report.ts';
import { checkLines } from './checks.ts';
import { escapeText } from './escape.ts';
import { findingLines } from './finding.ts';
import { inputLines } from './inputs.ts';
import { type ReportOptions, type Style, styleOf, symbol } from './style.ts';
import { count } from './words.ts';
import { clip, indent, labelled, wrap } from './wrap.ts';

/** More findings than anybody reads; the JSON report has them all. */
const MOST_FINDINGS = 40;

/**
 * The report of `check` for people: the verdict in a sentence, each finding with its evidence and remedy, what could
 * not be checked and how it could, the inputs the expectation was built from, and every check that was made.
 */
export function checkTable(report: CheckReport, options: ReportOptions): string {
  const style = styleOf(options);
  const sections = [
    headLines(report, style),
    ...report.findings.slice(0, MOST_FINDINGS).map((finding) => findingLines(finding, style)),
    tooMany(report.findings.length),
    undeterminedLines(report.undetermined, style),
    inputLines(report, style),
    checkLines(report, style),
    wrap(summary(report), style.width),
  ].filter((lines) => lines.length > 0);
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headLines(report: CheckReport, style: Style): string[] {
  const { chalk, width } = style;
  const sentence = wrap(escapeText(headSentence(report)), width - 2);
  const mark = symbol(report.verdict, chalk);
  return sentence.map((line, index) => `${index === 0 ? mark : ' '} ${chalk.bold(line)}`);
}

function headSentence(report: CheckReport): string {
  const { version, dataplane, interceptionMode, backend } = report.istio;
  const mode = dataplane === 'sidecar' ? `sidecar, ${interceptionMode}, ${backend}` : `${dataplane}, ${backend}`;
  const istio = `Istio ${version} (${mode})`;
  switch (report.verdict) {
    case 'healthy':
      return `${subject(report)} is healthy: packets go where ${istio} sends them.`;
    case 'degraded':
      return `${subject(report)} works, with ${count(report.summary.warning, 'warning')}. Expected: ${istio}.`;
    case 'broken':
      return `${subject(report)} is broken: ${problems(report)}. Expected: ${istio}.`;
    case 'undetermined':
      return `${subject(report)} could not be judged; what is missing stands below. Expected: ${istio}.`;
  }
}

function problems(report: CheckReport): string {
  const { error, warning } = report.summary;
  return warning === 0 ? count(error, 'error') : `${count(error, 'error')} and ${count(warning, 'warning')}`;
}

function subject(report: CheckReport): string {
  switch (report.source.kind) {
    case 'live':
      return 'This pod';
    case 'rules':
      return `The pod of ${clip(report.source.files.map((file) => (file === '-' ? 'stdin' : file)).join(', '), 80)}`;
    case 'example':
      return `The example pod "${report.source.name}"`;
  }
}

function tooMany(findings: number): string[] {
  return findings > MOST_FINDINGS
    ? [`… and ${findings - MOST_FINDINGS} more findings, all in the report of --json`]
    : [];
}

function undeterminedLines(open: readonly Undetermined[], style: Style): string[] {
  if (open.length === 0) return [];
  const width = style.width - 2;
  const lines = open.flatMap((one) => [
    `${symbol('undetermined', style.chalk)} ${style.chalk.bold(escapeText(one.code))}`,
    ...indent(wrap(escapeText(one.message), width), 2),
    ...indent(labelled('To see it', 11, wrap(escapeText(one.remedy), width - 11)), 2),
  ]);
  return [style.chalk.bold('Could not be checked'), ...lines];
}

function summary(report: CheckReport): string {
  const { error, warning, info } = report.summary;
  const outcomes = (['pass', 'fail', 'skipped', 'undetermined'] as const).flatMap((outcome) => {
    const number = report.checks.filter((check) => check.outcome === outcome).length;
    return number === 0 ? [] : [`${number} ${OUTCOME_WORDS[outcome]}`];
  });
  const findings = [count(error, 'error'), count(warning, 'warning'), count(info, 'note')].join(', ');
  return outcomes.length === 0 ? `${findings}.` : `${findings}. Checks: ${outcomes.join(', ')}.`;
}

const OUTCOME_WORDS = { pass: 'passed', fail: 'failed', skipped: 'skipped', undetermined: 'undetermined' } as const;

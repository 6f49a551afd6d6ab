import { CHECKS } from '../../diagnose/checks/index.ts';
import type { CheckOutcome, CheckReport, Finding, Undetermined } from '../../model/report.ts';
import { suppressedText } from '../check/suppressed.ts';
import { escapeText } from '../escape.ts';
import { leftOutWords } from '../left-out.ts';
import { findingText, findingTitle } from '../plain.ts';
import type { ReportOptions } from '../style.ts';
import { verdictSentence } from '../verdict.ts';
import { junitDocument, type TestCase, type TestResult } from './document.ts';

/** The report of `check` as JUnit: a test for each check, and one that errs for each reason why there is no answer. */
export function checkJunit(report: CheckReport, { now }: Pick<ReportOptions, 'now'>): string {
  const { checks, findings, undetermined, suppressed = [] } = report;
  const failed = checks.filter(({ outcome }) => outcome === 'fail');
  const others = findings.filter((finding) => !failed.some((check) => raises(check, finding)));
  return junitDocument({
    command: 'check',
    now,
    cases: [
      ...checks.map((check) => ({ name: check.id, result: resultOf(check, findings) })),
      ...undetermined.map(openCase),
    ],
    output: [
      verdictSentence(report),
      leftOutWords(report) ?? [],
      ...suppressed.map((one) => `suppressed: ${escapeText(suppressedText(one))}`),
      ...others.map(told),
    ]
      .flat()
      .join('\n\n'),
  });
}

function resultOf(check: CheckOutcome, findings: readonly Finding[]): TestResult | null {
  const { outcome, reason } = check;
  switch (outcome) {
    case 'pass':
      return null;
    case 'fail':
      return failure(
        check,
        findings.filter((finding) => raises(check, finding)),
      );
    case 'skipped':
      return { kind: 'skipped', type: 'skipped', message: reason, text: '' };
    case 'undetermined':
      return { kind: 'error', type: 'undetermined', message: reason, text: '' };
  }
}

function failure({ reason }: CheckOutcome, findings: readonly Finding[]): TestResult {
  const [worst] = findings;
  const message = worst === undefined ? reason : findings.map(findingTitle).join('; ');
  return { kind: 'failure', type: worst?.severity ?? 'finding', message, text: findings.map(findingText).join('\n\n') };
}

/** Findings do not say which check they are of, but checks which codes they raise. */
function raises({ id }: CheckOutcome, { code }: Finding): boolean {
  const check = CHECKS.find((one) => one.id === id);
  return check !== undefined && [...check.codes, ...check.traffic].includes(code);
}

function told(finding: Finding): string {
  return `${finding.severity}: ${findingTitle(finding)}\n${findingText(finding)}`;
}

/** What could not be told, as a test that errs. */
export function openCase({ code, message, remedy }: Undetermined): TestCase {
  return { name: code, result: { kind: 'error', type: code, message, text: `${message}\nTo see it: ${remedy}` } };
}

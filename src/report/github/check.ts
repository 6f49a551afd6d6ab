import type { CheckReport, Finding, Severity, Source } from '../../model/report.ts';
import { suppressedText } from '../check/suppressed.ts';
import { leftOutWords } from '../left-out.ts';
import { fileLineOf } from '../places.ts';
import { findingText, findingTitle } from '../plain.ts';
import { verdictSentence } from '../verdict.ts';
import { annotation, type Level } from './command.ts';
import { obstacleAnnotation } from './obstacle.ts';

/** The report of `check` as annotations of a workflow run: one for each finding, and the verdict. */
export function checkGithub(report: CheckReport): string {
  const leftOut = leftOutWords(report);
  return [
    ...report.findings.map((finding) => findingAnnotation(finding, report.source)),
    ...report.undetermined.map(obstacleAnnotation),
    ...(report.suppressed ?? []).map((one) =>
      annotation('notice', { title: `${one.code} suppressed` }, suppressedText(one)),
    ),
    ...(report.suppressions?.warnings ?? []).map(({ message, ...where }) =>
      annotation('warning', { ...where, title: 'Suppression without effect' }, message),
    ),
    annotation('notice', { title: 'istio-nat check' }, [verdictSentence(report), leftOut ?? []].flat().join('\n')),
  ].join('');
}

const LEVELS: Readonly<Record<Severity, Level>> = { error: 'error', warning: 'warning', info: 'notice' };

function findingAnnotation(finding: Finding, source: Source): string {
  const where = fileLineOf(finding.evidence, source);
  return annotation(LEVELS[finding.severity], { ...where, title: findingTitle(finding) }, findingText(finding));
}

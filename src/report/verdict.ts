import type { CheckReport } from '../model/report.ts';
import { apartFromSuppressed } from './check/suppressed.ts';
import { escapeText } from './escape.ts';
import { capitalised, istioName, subjectOf } from './subject.ts';
import { count } from './words.ts';

/** The verdict of `check` in a sentence, for formats that have no words of their own. */
export function verdictSentence(report: CheckReport): string {
  const { istio, summary } = report;
  const against =
    istio.dataplane === 'none' ? '' : `, held against ${istioName({ ...istio, istioVersion: istio.version })}`;
  const found = [count(summary.error, 'error'), count(summary.warning, 'warning'), count(summary.info, 'note')].join(
    ', ',
  );
  return escapeText(
    `${capitalised(subjectOf(report.source))} is ${report.verdict}: ${found}${apartFromSuppressed(report)}${against}.`,
  );
}

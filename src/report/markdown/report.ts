import { environmentSentences, type FromEnvironment } from '../environment.ts';
import { FAILURE_TITLES, type FailedRun, type ReportedFailure } from '../failure.ts';
import type { ReportOptions } from '../style.ts';
import { block, markdownDocument, prose } from './text.ts';

const WIDTH = 100;

/** A report whose columns say it best, as a block of code under a heading. */
export function tableAsMarkdown<R>(
  title: string,
  table: (report: R, options: ReportOptions) => string,
): (report: R, options: ReportOptions) => string {
  return (report, options) => {
    const text = table(report, { ...options, color: false, width: WIDTH });
    return markdownDocument([`## istio-nat ${title}`, block(text)]);
  };
}

/** A report with a section about what the environment had a part in. */
export function withEnvironmentMarkdown(document: string, from: FromEnvironment): string {
  const lines = environmentSentences(from).map((sentence) => `- ${prose(sentence)}`);
  return `${document}\n### From the environment\n\n${lines.join('\n')}\n`;
}

/** An error in place of a report. */
export function failureMarkdown({ kind, message, hint }: ReportedFailure, { command }: FailedRun): string {
  return markdownDocument([
    `## ${`istio-nat ${command}`.trim()}: ${FAILURE_TITLES[kind]}`,
    ...[message, hint ?? []].flat().flatMap((text) => text.split('\n').map(prose)),
  ]);
}

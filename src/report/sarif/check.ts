import type { ReportingDescriptor, Result } from 'sarif';
import { CATALOGUE, type CatalogueEntry, pageOf } from '../../diagnose/catalogue/index.ts';
import type { CheckReport, Finding, Severity, Source } from '../../model/report.ts';
import { entryMarkdown } from '../explain/markdown.ts';
import { fileLineOf, spotsOf } from '../places.ts';
import { findingText } from '../plain.ts';
import { invocationOf } from './invocation.ts';
import { locations } from './location.ts';
import { fingerprint, message, sarifLog } from './log.ts';

/** The report of `check` as SARIF: a result for each finding, under the rule that its code is. */
export function checkSarif(report: CheckReport): string {
  const { findings, source, verdict, summary, leftOut, suppressed } = report;
  const codes = new Set<string>(findings.map(({ code }) => code));
  return sarifLog({
    version: report.tool.version,
    rules: CATALOGUE.filter(({ code }) => codes.has(code)).map(ruleOf),
    results: findings.map((finding) => resultOf(finding, source)),
    invocation: invocationOf(report.undetermined),
    properties: { verdict, summary, ...(leftOut && { leftOut }), ...(suppressed && { suppressed }) },
  });
}

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const satisfies Record<Severity, Result.level>;

function ruleOf(entry: CatalogueEntry): ReportingDescriptor {
  const { code, name, title, meaning, severity, causes, remedy, group } = entry;
  const text = [meaning, 'Likely causes:', ...causes, 'Remedy:', ...remedy].join('\n');
  return {
    id: code,
    name,
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    help: { text, markdown: entryMarkdown(entry) },
    defaultConfiguration: { level: severity === null ? 'none' : LEVELS[severity] },
    properties: { tags: [group], page: pageOf(code) },
  };
}

function resultOf(finding: Finding, source: Source): Result {
  const { code, severity, family, evidence, differences, remedy } = finding;
  const spots = spotsOf(finding);
  const places = spots.map(({ table, chain }) => [table, chain]);
  return {
    ruleId: code,
    level: LEVELS[severity],
    message: message(findingText(finding)),
    locations: locations(fileLineOf(evidence, source), spots[0], family),
    partialFingerprints: fingerprint([code, family ?? null, places, differences[0]?.packets ?? null]),
    properties: { title: finding.title, ...(family && { family }), ...(remedy && { remedy }) },
  };
}

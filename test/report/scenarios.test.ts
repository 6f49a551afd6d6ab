import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type CheckReport, SEVERITIES } from '../../src/model/report.ts';
import { formatsOf, rendererOf } from '../../src/report/formats.ts';
import { withoutFindingsBelow } from '../../src/report/left-out.ts';
import { checkRecording, recordings, waysToRead } from '../diagnose/recorded.ts';
import { isInstalled, promtool, sarifValidator, xmllint } from './validators.ts';

const OPTIONS = { color: false, width: 80, now: new Date('2026-01-02T03:04:05Z') };
const validSarif = sarifValidator();
const xml = new XMLParser({ ignoreAttributes: false });

/** Of every scenario the first variant, by the first way to read it. */
const SCENARIOS = recordings().filter(({ name }, index, all) => all[index - 1]?.name !== name);

async function texts(recorded: (typeof SCENARIOS)[number]) {
  const report = await checkRecording(recorded, waysToRead(recorded)[0] ?? 'saved');
  const rendered = formatsOf('check').map(async (format) => [
    format,
    (await rendererOf('check', format))(report, OPTIONS),
  ]);
  return { report, text: Object.fromEntries(await Promise.all(rendered)) as Record<string, string> };
}

describe('the report of every recorded pod', () => {
  it.each(SCENARIOS)('$name says the same in every format', async (recorded) => {
    const { report, text } = await texts(recorded);
    const { findings, checks, undetermined } = report;
    expect(parse(text.yaml ?? '')).toEqual(JSON.parse(text.json ?? ''));

    expect(XMLValidator.validate(text.junit ?? '')).toBe(true);
    const { testsuite } = xml.parse(text.junit ?? '').testsuites;
    const outcomes = (wanted: string) => checks.filter(({ outcome }) => outcome === wanted).length;
    expect([testsuite['@_failures'], testsuite['@_skipped']].map(Number)).toEqual([
      outcomes('fail'),
      outcomes('skipped'),
    ]);
    expect(Number(testsuite['@_errors'])).toBe(outcomes('undetermined') + undetermined.length);
    for (const { code } of findings) expect(text.junit).toContain(code);

    const log = JSON.parse(text.sarif ?? '');
    validSarif(log);
    expect(validSarif.errors).toBeNull();
    const [run] = log.runs;
    expect(run.results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(findings.map(({ code }) => code));
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
    const prints = run.results.map((result: { partialFingerprints: object }) =>
      JSON.stringify(result.partialFingerprints),
    );
    expect(new Set(prints).size).toBe(findings.length);
    expect(run.invocations[0].executionSuccessful).toBe(undetermined.length === 0);

    expect(text.github?.match(/^::/gm)).toHaveLength(findings.length + undetermined.length + 1);
    expect(text.markdown?.match(/^### NAT\d{4}/gm) ?? []).toHaveLength(findings.length);
    expect(text.prometheus).toContain(`istio_nat_verdict{verdict="${report.verdict}"} 1`);
    keepsWhatIsDrawn(report);
  });
});

/** Verdict, summary and checks stay when fewer findings are listed, and those that are not are counted. */
function keepsWhatIsDrawn(report: CheckReport) {
  for (const [rank, severity] of SEVERITIES.entries()) {
    const { findings, leftOut, ...rest } = withoutFindingsBelow(report, severity);
    const { findings: all, ...whole } = report;
    expect(rest).toEqual(whole);
    expect(findings).toEqual(all.filter((finding) => SEVERITIES.indexOf(finding.severity) <= rank));
    expect((leftOut?.warning ?? 0) + (leftOut?.info ?? 0)).toBe(all.length - findings.length);
  }
}

const SOME = SCENARIOS.filter((_, index) => index % 20 === 0);

it.skipIf(!isInstalled('xmllint')).each(SOME)(
  '$name is valid JUnit to xmllint (where it is installed)',
  async (recorded) => {
    expect(xmllint((await texts(recorded)).text.junit ?? '')).toBe('');
  },
);

it.skipIf(!isInstalled('promtool')).each(SOME)('$name passes promtool (where it is installed)', async (recorded) => {
  expect(promtool((await texts(recorded)).text.prometheus ?? '')).toBe('');
});

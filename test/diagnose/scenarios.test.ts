import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/model/report.ts';
import { checkRecording, isRecorded, type Recorded, recordings, shownBy, waysToRead } from './recorded.ts';

const all = recordings();
const healthy = all.filter(({ twin }) => twin === null);
const faulty = all.filter(({ twin, open }) => twin !== null && open !== true);
const open = all.filter((recorded) => recorded.open === true);
const each = (list: readonly Recorded[]) =>
  list.flatMap((recorded) => waysToRead(recorded).map((way) => ({ recorded, way, ...recorded })));

/** The codes of this stage: each has to be shown by at least one recording of a faulty pod. */
const CODES = [
  ...['NAT0101', 'NAT0102', 'NAT0103', 'NAT0104', 'NAT0105', 'NAT0106', 'NAT0107', 'NAT0108', 'NAT0109', 'NAT0110'],
  ...['NAT0111', 'NAT0112', 'NAT0113', 'NAT0114', 'NAT0201', 'NAT0202', 'NAT0203', 'NAT0204', 'NAT0205', 'NAT0206'],
  ...['NAT0210', 'NAT0301', 'NAT0302', 'NAT0303', 'NAT0304', 'NAT0305', 'NAT0307', 'NAT0401', 'NAT0402', 'NAT0405'],
  ...['NAT0406', 'NAT0501', 'NAT0502', 'NAT0601', 'NAT0602', 'NAT0701', 'NAT0702', 'NAT0801', 'NAT0802'],
];

describe('recordings', () => {
  it.each(CODES)('%s has one', (code) => {
    expect(faulty.filter(({ codes }) => codes.includes(code))).not.toEqual([]);
  });

  it.each(faulty)('$name $variant has a healthy twin', ({ twin }) => {
    expect(isRecorded(twin ?? '')).toBe(true);
  });
});

describe('a healthy pod', () => {
  it.each(each(healthy))('$name $variant, $way: nothing to say', async ({ recorded, way }) => {
    const { verdict, findings, undetermined } = await checkRecording(recorded, way);
    expect({ verdict, findings, undetermined }).toEqual({ verdict: 'healthy', findings: [], undetermined: [] });
  });
});

describe('a faulty pod', () => {
  it.each(each(faulty))('$name $variant, $way: $codes', async ({ recorded, way }) => {
    const report = await checkRecording(recorded, way);
    expect(relevant(report, recorded).toSorted()).toEqual(recorded.codes.toSorted());
    expect(report.undetermined).toEqual([]);
    expect(report.verdict).toBe(verdictFor(report));
    const main = report.findings.find(({ code }) => code === recorded.codes[0]);
    expect(main && shownBy(main)).toContain(recorded.quotes);
  });

  it.each(each(faulty))('$name $variant, $way: says what to do and what it rests on', async ({ recorded, way }) => {
    const { findings } = await checkRecording(recorded, way);
    for (const finding of findings.filter(({ severity }) => severity !== 'info')) {
      expect(finding.remedy).toBeTruthy();
      expect(finding.evidence.length + finding.differences.length).toBeGreaterThan(0);
    }
  });
});

describe('a pod of which something decisive was not shown', () => {
  it.each(each(open))('$name $variant, $way: is not judged', async ({ recorded, way }) => {
    const report = await checkRecording(recorded, way);
    expect(report.verdict).toBe('undetermined');
    expect(relevant(report, recorded)).toEqual([]);
    expect(report.undetermined).toEqual([
      { code: 'NAT1004', message: expect.stringContaining(recorded.quotes), remedy: expect.stringMatching(/./) },
    ]);
  });
});

describe('a pod of which nothing was declared', () => {
  const cases = all.flatMap((recorded) =>
    Object.entries(recorded.undeclared ?? {}).map(([way, found]) => ({ recorded, way, found, ...recorded })),
  );
  it.each(cases)('$name $variant, $way: $found', async ({ recorded, way, found }) => {
    const report = await checkRecording(recorded, way === 'live' ? 'live' : 'saved', 'undeclared');
    const codes = report.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code);
    expect(codes.toSorted()).toEqual(found === 'undetermined' ? [] : [...found].toSorted());
    expect(report.undetermined.length > 0).toBe(found === 'undetermined');
    if (found === 'undetermined') expect(report.verdict).toBe('undetermined');
  });
});

/** Errors and warnings; info where it is what the scenario is about. */
function relevant({ findings }: CheckReport, { codes }: Recorded): string[] {
  return findings.filter(({ severity, code }) => severity !== 'info' || codes.includes(code)).map(({ code }) => code);
}

function verdictFor({ summary }: CheckReport): string {
  if (summary.error > 0) return 'broken';
  return summary.warning > 0 ? 'degraded' : 'healthy';
}

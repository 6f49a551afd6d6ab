import { expect, it } from 'vitest';
import type { CheckReport, Suppressed } from '../../src/model/report.ts';
import { excused } from '../../src/suppress/checks.ts';
import { BROKEN, FINDING } from '../report/sample.ts';

const hidden: Suppressed = { ...FINDING, reason: 'known', entry: { file: 'known.yaml', line: 1 } };
const report: CheckReport = {
  ...BROKEN,
  checks: [
    { id: 'inbound', outcome: 'fail', reason: 'NAT0201' },
    { id: 'order', outcome: 'fail', reason: 'NAT0201, NAT0107' },
    { id: 'owners', outcome: 'pass', reason: 'the reverse of NAT0201' },
  ],
};

it('excuses a check that failed for nothing but what is suppressed', () => {
  const { checks } = excused({ ...report, findings: [], suppressed: [hidden] });
  expect(checks.map(({ outcome }) => outcome)).toEqual(['skipped', 'fail', 'pass']);
  expect(checks[0]?.reason).toBe('suppressed: NAT0201');
});

it('excuses none that has another finding of the code', () => {
  expect(excused({ ...report, suppressed: [hidden] }).checks).toEqual(report.checks);
});

it('changes nothing where nothing is suppressed', () => {
  expect(excused(report)).toBe(report);
});

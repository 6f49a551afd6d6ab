import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/model/report.ts';
import type { Entry } from '../../src/suppress/entry.ts';
import { sift } from '../../src/suppress/sift.ts';
import { FINDING } from '../report/sample.ts';

const TODAY = '2026-12-31';
const OTHER: Finding = { ...FINDING, code: 'NAT0801', severity: 'warning' };

const entry = (change: Partial<Entry> = {}): Entry => ({
  file: 'known.yaml',
  line: 1,
  code: 'NAT0201',
  selector: {},
  reason: 'known',
  ...change,
});
const of = (entries: readonly Entry[], findings: readonly Finding[] = [FINDING, OTHER], name = {}) =>
  sift(findings, { entries, today: TODAY }, name);

describe('what is suppressed', () => {
  it('leaves the findings, and is named with reason, end and place', () => {
    const { kept, suppressed, suppressions } = of([entry({ line: 7, expires: '2027-01-31' })]);
    const { code, severity, title, message } = FINDING;
    expect(kept).toEqual([OTHER]);
    expect(suppressed).toEqual([
      {
        code,
        severity,
        title,
        message,
        reason: 'known',
        expires: '2027-01-31',
        entry: { file: 'known.yaml', line: 7 },
      },
    ]);
    expect(suppressions).toEqual({ warnings: [] });
  });

  it.each(['nat0201', 'NAT201', '201', '0201', 'inbound-port-excluded', 'Inbound-Port-Excluded'])(
    'may be written %s',
    (code) => {
      expect(of([entry({ code })]).kept).toEqual([OTHER]);
    },
  );

  it('is so to the last day, and not after it', () => {
    expect(of([entry({ expires: TODAY })]).kept).toEqual([OTHER]);
    const { kept, suppressions } = of([entry({ expires: '2026-12-30' })]);
    expect(kept).toEqual([FINDING, OTHER]);
    expect(suppressions?.warnings[0]?.message).toContain('expired on 2026-12-30');
  });

  it('is named once where two entries name it, and neither is unused', () => {
    const { suppressed, suppressions } = of([entry(), entry({ line: 2 })]);
    expect(suppressed).toHaveLength(1);
    expect(suppressions?.warnings).toEqual([]);
  });
});

describe('an entry that does nothing', () => {
  it.each<[string, Partial<Entry>, string]>([
    ['of no code', { code: 'NAT0999' }, 'there is no finding "NAT0999"'],
    ['of a mistyped name', { code: 'inbound-port-exclude' }, 'did you mean inbound-port-excluded?'],
    ['of what could not be seen', { code: 'NAT1001' }, 'nothing suppresses'],
    ['of what could not be told', { code: 'undetermined' }, 'nothing suppresses'],
    ['of what is not here', { code: 'NAT0102' }, 'there is no NAT0102 here'],
    ['of other ports', { selector: { port: [[22, 22]] } }, 'NAT0201 is here, and it is about port 8080'],
    [
      'of a pod that nobody knows',
      { selector: { namespace: ['shop'] } },
      'namespace that these rules are of is not known',
    ],
  ])('is named with its line: %s', (_, change, message) => {
    const { kept, suppressed, suppressions } = of([entry({ line: 3, ...change })]);
    expect(kept).toEqual([FINDING, OTHER]);
    expect(suppressed).toEqual([]);
    expect(suppressions?.warnings).toEqual([
      { file: 'known.yaml', line: 3, message: expect.stringContaining(message) },
    ]);
  });

  it('is not worth a word where it is for another pod', () => {
    const { kept, suppressions } = of([entry({ selector: { pod: ['api-*'] } })], [FINDING], { pod: 'web-1' });
    expect(kept).toEqual([FINDING]);
    expect(suppressions?.warnings).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { checkExitCode, EXIT, THRESHOLDS, type Threshold, worstExitCode } from '../../src/cli/exit-code.ts';
import type { CheckReport } from '../../src/model/report.ts';
import { HEALTHY, UNDETERMINED } from '../report/sample.ts';

const SUMMARIES = {
  none: { error: 0, warning: 0, info: 0 },
  info: { error: 0, warning: 0, info: 1 },
  warning: { error: 0, warning: 1, info: 0 },
  error: { error: 1, warning: 0, info: 0 },
} as const;

/** For each threshold the exit codes of reports whose worst finding is: none, info, warning, error. */
const MATRIX: Readonly<Record<Threshold, readonly number[]>> = {
  error: [0, 0, 0, 1],
  warning: [0, 0, 1, 1],
  info: [0, 1, 1, 1],
  never: [0, 0, 0, 0],
};

describe('checkExitCode', () => {
  it.each(THRESHOLDS)('--fail-on %s', (threshold) => {
    const codes = Object.values(SUMMARIES).map((summary) => checkExitCode({ ...HEALTHY, summary }, threshold));
    expect(codes).toEqual(MATRIX[threshold]);
  });

  it.each(THRESHOLDS)(
    '--fail-on %s when something could not be looked at: findings win, and it is never 0',
    (threshold) => {
      const codes = Object.values(SUMMARIES).map((summary) => checkExitCode({ ...UNDETERMINED, summary }, threshold));
      expect(codes).toEqual(MATRIX[threshold].map((code) => (code === 0 ? 3 : code)));
    },
  );

  it('looks at the verdict and at the list of what is open', () => {
    const open: CheckReport = { ...HEALTHY, undetermined: UNDETERMINED.undetermined };
    expect(checkExitCode(open, 'error')).toBe(EXIT.cannotLook);
    expect(checkExitCode({ ...HEALTHY, verdict: 'undetermined' }, 'error')).toBe(EXIT.cannotLook);
  });
});

describe('worstExitCode', () => {
  it('lets a malformed packet win over an open verdict, and anything over none', () => {
    expect(worstExitCode(new Set())).toBe(0);
    expect(worstExitCode(new Set([EXIT.ok, EXIT.cannotLook]))).toBe(3);
    expect(worstExitCode(new Set([EXIT.ok, EXIT.cannotLook, EXIT.usage]))).toBe(2);
  });
});

import { describe, expect, it } from 'vitest';
import { outputFlags, outputFormat, wantedFormat } from '../../src/cli/format.ts';

describe('wantedFormat', () => {
  it.each([
    [['--json'], 'json'],
    [['-o', 'json'], 'json'],
    [['-ojson'], 'json'],
    [['-o=yaml'], 'yaml'],
    [['--output', 'junit'], 'junit'],
    [['--output=sarif'], 'sarif'],
    [['-o', 'table'], 'table'],
    [['-o', 'table', '--json'], 'json'],
    [['-o'], undefined],
    [['--', '--json'], undefined],
    [['--outbound-ports-exclude', '80'], undefined],
    [[], undefined],
  ])('%j: %s', (argv, wanted) => {
    expect(wantedFormat(argv, {})).toBe(wanted);
  });

  it('asks the environment when no flag says anything', () => {
    const env = { ISTIO_NAT_OUTPUT: 'json' };
    expect(wantedFormat([], env)).toBe('json');
    expect(wantedFormat(['-o', 'table'], env)).toBe('table');
  });

  it('leaves a format of the environment alone that reports of this command do not have', () => {
    const env = { ISTIO_NAT_OUTPUT: 'junit' };
    expect(wantedFormat([], env, outputFlags('check'))).toBe('junit');
    expect(wantedFormat([], env, outputFlags('flow', 'flow-classes'))).toBeUndefined();
  });
});

describe('outputFormat', () => {
  it('prefers the flags to the environment, and that to the first format', () => {
    const env = { ISTIO_NAT_OUTPUT: 'json' };
    expect(outputFormat({}, 'check', {})).toBe('table');
    expect(outputFormat({}, 'check', env)).toBe('json');
    expect(outputFormat({ output: 'table' }, 'check', env)).toBe('table');
    expect(outputFormat({ json: true }, 'check', {})).toBe('json');
    expect(outputFormat({ json: true, output: 'json' }, 'check', {})).toBe('json');
  });

  it('leaves a format of the environment alone that this command has not', () => {
    expect(outputFormat({}, 'expected', { ISTIO_NAT_OUTPUT: 'table' })).toBe('save');
  });

  it('lists the formats when asked for another', () => {
    expect(() => outputFormat({ output: 'junit' }, 'diff')).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        hint: 'The formats are table, json, yaml, markdown, sarif, github.',
      }),
    );
  });

  it('refuses two that disagree', () => {
    expect(() => outputFormat({ output: 'table', json: true }, 'check')).toThrow('contradict each other');
  });
});

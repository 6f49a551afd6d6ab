import { describe, expect, it } from 'vitest';
import { outputFormat, wantsJson } from '../../src/cli/format.ts';

describe('wantsJson', () => {
  it.each([
    [['--json'], true],
    [['-o', 'json'], true],
    [['-ojson'], true],
    [['-o=json'], true],
    [['--output', 'json'], true],
    [['--output=json'], true],
    [['-o', 'table'], false],
    [['-o'], false],
    [['--', '--json'], false],
    [['--outbound-ports-exclude', '80'], false],
    [[], false],
  ])('%j: %s', (argv, wanted) => {
    expect(wantsJson(argv, {})).toBe(wanted);
  });

  it('asks the environment when no flag says anything', () => {
    const env = { ISTIO_NAT_OUTPUT: 'json' };
    expect(wantsJson([], env)).toBe(true);
    expect(wantsJson(['-o', 'table'], env)).toBe(false);
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
    expect(() => outputFormat({ output: 'yaml' }, 'check')).toThrow(
      expect.objectContaining({ name: 'UsageError', hint: 'The formats are table, json.' }),
    );
  });

  it('refuses two that disagree', () => {
    expect(() => outputFormat({ output: 'table', json: true }, 'check')).toThrow('contradict each other');
  });
});

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
  const formats = ['table', 'json'] as const;

  it('prefers the flags to the environment, and that to the first format', () => {
    const env = { ISTIO_NAT_OUTPUT: 'json' };
    expect(outputFormat({}, formats, {})).toBe('table');
    expect(outputFormat({}, formats, env)).toBe('json');
    expect(outputFormat({ output: 'table' }, formats, env)).toBe('table');
    expect(outputFormat({ json: true }, formats, {})).toBe('json');
    expect(outputFormat({ json: true, output: 'json' }, formats, {})).toBe('json');
  });

  it('leaves a format of the environment alone that this command has not', () => {
    expect(outputFormat({}, ['save', 'json'], { ISTIO_NAT_OUTPUT: 'table' })).toBe('save');
  });

  it('lists the formats when asked for another', () => {
    expect(() => outputFormat({ output: 'yaml' }, formats)).toThrow(
      expect.objectContaining({ name: 'UsageError', hint: 'The formats are table, json.' }),
    );
  });

  it('refuses two that disagree', () => {
    expect(() => outputFormat({ output: 'table', json: true }, formats)).toThrow('contradict each other');
  });
});

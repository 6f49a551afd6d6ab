import { describe, expect, it } from 'vitest';
import { flagHint } from '../../src/cli/flag-hint.ts';

const KNOWN = ['to', 'verbose', 'color', 'no-color', 'outbound-ports-exclude', 'outbound-ip-ranges-exclude'];

describe('flagHint', () => {
  it.each([
    ['--verbos', 'Did you mean --verbose?'],
    ['--colour', 'Did you mean --color?'],
    ['--no-colour', 'Did you mean --no-color?'],
    ['--excludeOutboundPorts=3306', 'Did you mean --outbound-ports-exclude?'],
    ['--exclude-outbound-ports', 'Did you mean --outbound-ports-exclude?'],
    ['--excludeOutboundIPRanges', 'Did you mean --outbound-ip-ranges-exclude?'],
    ['--no-verbose', '--verbose has no opposite: leave it away.'],
    ['-x', 'See --help for all flags.'],
    ['--', 'See --help for all flags.'],
    ['--nothing-like-that', 'See --help for all flags.'],
  ])('of %s', (given, hint) => {
    expect(flagHint(given, KNOWN)).toBe(hint);
  });

  it('says what -n is kept for, with its value attached or not', () => {
    for (const given of ['-n', '-ndefault']) expect(flagHint(given, KNOWN)).toContain('the namespace of a pod');
  });
});

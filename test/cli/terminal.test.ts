import { describe, expect, it } from 'vitest';
import { reportOptions } from '../../src/cli/terminal.ts';

function color(env: Record<string, string>, isTTY: boolean, flag?: boolean): boolean {
  return reportOptions({ env, isTTY, columns: 80 }, flag).color;
}

describe('reportOptions', () => {
  it('uses colours on a terminal only', () => {
    expect([color({}, true), color({}, false)]).toEqual([true, false]);
  });

  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['NO_COLOR with FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }],
    ['TERM=dumb', { TERM: 'dumb' }],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }],
  ])('uses none with %s', (_, env) => {
    expect(color(env, true)).toBe(false);
  });

  it('uses none with --no-color, whatever the environment says', () => {
    expect(color({ FORCE_COLOR: '1' }, true, false)).toBe(false);
  });

  it('uses them with --color, whatever the environment says', () => {
    expect(color({ NO_COLOR: '1', TERM: 'dumb' }, false, true)).toBe(true);
  });

  it('uses colours with FORCE_COLOR even where there is no terminal', () => {
    expect(color({ FORCE_COLOR: '1', TERM: 'dumb' }, false)).toBe(true);
  });

  it('takes an empty NO_COLOR for none, as no-color.org says', () => {
    expect(color({ NO_COLOR: '' }, true)).toBe(true);
  });

  it('is as wide as the terminal, and 100 columns without one', () => {
    const width = (columns: number | undefined) => reportOptions({ env: {}, isTTY: true, columns }, undefined).width;
    expect([width(72), width(undefined), width(0)]).toEqual([72, 100, 100]);
  });
});

import { describe, expect, it } from 'vitest';
import { compareReleases, parseRelease, type Release, standInFor } from '../../src/layout/release.ts';

function release(text: string): Release {
  const parsed = parseRelease(text);
  if ('error' in parsed) throw new Error(parsed.error);
  return parsed;
}

describe('parseRelease', () => {
  it.each([
    ['1.28.10', { major: 1, minor: 28, patch: 10, preRelease: null }],
    ['v1.4.0', { major: 1, minor: 4, patch: 0, preRelease: null }],
    ['1.31.0-rc.0', { major: 1, minor: 31, patch: 0, preRelease: 'rc.0' }],
    ['1.28', { major: 1, minor: 28, patch: null, preRelease: null }],
    ['v1.28.10-distroless', { major: 1, minor: 28, patch: 10, preRelease: null }],
    ['1.28.10-tetrate-v0', { major: 1, minor: 28, patch: 10, preRelease: null }],
    ['1.17.2-asm.8+build', { major: 1, minor: 17, patch: 2, preRelease: null }],
    ['1.28-alpha.33f1b9e', { major: 1, minor: 28, patch: null, preRelease: null }],
  ])('reads %s', (text, expected) => expect(parseRelease(text)).toEqual(expected));

  it.each(['', '1', '1.', '1.28.', 'latest', '1.28.x', '1.28.0 ', '-1.2.3', '1.28.0-', '1..2', '1.2.3.4', '0.8.0'])(
    'refuses %j and says so',
    (text) => expect(parseRelease(text)).toHaveProperty('error'),
  );
});

describe('compareReleases', () => {
  it.each([
    ['1.9.9', '1.10.0'],
    ['1.11.2', '1.11.3'],
    ['1.28.10', '1.28'],
    ['1.31.0-rc.0', '1.31.1'],
  ])('%s is older than %s', (older, newer) => {
    expect(compareReleases(release(older), release(newer))).toBeLessThan(0);
    expect(compareReleases(release(newer), release(older))).toBeGreaterThan(0);
  });

  it('counts a candidate as its final release', () => {
    expect(compareReleases(release('1.31.0-rc.0'), release('1.31.0'))).toBe(0);
  });
});

it.each([
  ['1.28.99', '1.28.10'],
  ['1.28.11-distroless', '1.28.10'],
  ['1.0.10', '1.0.9'],
  ['1.31.9', '1.31.0'],
  ['1.32.0', '1.31.0'],
  ['1.32', '1.31.0'],
  ['2.0.0', '1.31.0'],
  ['1.28.10', null],
  ['1.28', null],
  ['1.31.0-rc.0', null],
  ['latest', null],
])('the newest known layout of the line of %s is that of %s', (text, known) => expect(standInFor(text)).toBe(known));

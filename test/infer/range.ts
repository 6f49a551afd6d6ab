import type { Candidate } from '../../src/infer/index.ts';
import { compareReleases, parseRelease, type Release } from '../../src/layout/release.ts';

/** Whether a candidate says that the release writes these rules. */
export function covers({ releases, except }: Pick<Candidate, 'releases' | 'except'>, release: string): boolean {
  return isWithin(releases, release) && !except.some((range) => isWithin(range, release));
}

/** The ends may stand for all patches of a minor. */
function isWithin([first, last]: readonly [string, string], release: string): boolean {
  const from = known(first);
  const start = from.patch === null ? { ...from, patch: 0 } : from;
  return compareReleases(start, known(release)) <= 0 && compareReleases(known(release), known(last)) <= 0;
}

function known(text: string): Release {
  const release = parseRelease(text);
  if ('error' in release) throw new Error(release.error);
  return release;
}

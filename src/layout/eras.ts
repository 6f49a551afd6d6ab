import { CHANGES, type Change } from './changes.ts';
import { compareReleases, parseRelease, type Release } from './release.ts';

/** The name of a change. */
export type Feature = (typeof CHANGES)[number]['feature'];

/** Tells whether a release has a feature. */
export type Features = (feature: Feature) => boolean;

/** The features of a release. Releases newer than known have those of the newest known one. */
export function featuresOf(release: Release): Features {
  const present = new Set(CHANGES.filter((change) => isPresent(change, release)).map((change) => change.feature));
  return (feature) => present.has(feature);
}

/** The features of a release given as text. Throws a RangeError for what is no release. */
export function featuresFor(istioVersion: string): Features {
  const release = parseRelease(istioVersion);
  if ('error' in release) throw new RangeError(release.error);
  return featuresOf(release);
}

function isPresent(change: Change, release: Release): boolean {
  if (change.until !== undefined && compareReleases(release, known(change.until)) >= 0) return false;
  const entries = change.since.map(known);
  const ownLine = entries.find((entry) => entry.major === release.major && entry.minor === release.minor);
  if (ownLine !== undefined) return compareReleases(release, ownLine) >= 0;
  return entries.every((entry) => compareReleases(release, entry) >= 0);
}

function known(text: string): Release {
  const release = parseRelease(text);
  if ('error' in release) throw new Error(release.error);
  return release;
}

import { CHANGES, type Change } from './changes.ts';
import { compareReleases, parseRelease, type Release } from './release.ts';

/** The name of a change. */
export type Feature = (typeof CHANGES)[number]['feature'];

/** Tells whether a release has a feature. */
export type Features = (feature: Feature) => boolean;

/** The features of a release. Releases newer than known have those of the newest known one. */
export function featuresOf(release: Release): Features {
  const present = new Set(LANDINGS.filter((landing) => isPresent(landing, release)).map(({ feature }) => feature));
  return (feature) => present.has(feature);
}

/** The features of a release given as text. Throws a RangeError for what is no release. */
export function featuresFor(istioVersion: string): Features {
  const release = parseRelease(istioVersion);
  if ('error' in release) throw new RangeError(release.error);
  return featuresOf(release);
}

/** A change with its releases read; done once, because inference asks for many releases. */
interface Landing {
  readonly feature: Feature;
  readonly since: readonly Release[];
  readonly until: Release | null;
}

const LANDINGS: readonly Landing[] = CHANGES.map((change: Change & { readonly feature: Feature }) => ({
  feature: change.feature,
  since: change.since.map(known),
  until: change.until === undefined ? null : known(change.until),
}));

function isPresent({ since, until }: Landing, release: Release): boolean {
  if (until !== null && compareReleases(release, until) >= 0) return false;
  const ownLine = since.find((entry) => entry.major === release.major && entry.minor === release.minor);
  if (ownLine !== undefined) return compareReleases(release, ownLine) >= 0;
  return since.every((entry) => compareReleases(release, entry) >= 0);
}

function known(text: string): Release {
  const release = parseRelease(text);
  if ('error' in release) throw new Error(release.error);
  return release;
}

/** An Istio release. `patch` null stands for the newest patch of the minor (`1.28`). */
export interface Release {
  readonly major: number;
  readonly minor: number;
  readonly patch: number | null;
  /** `rc.0`, `beta.1`, …; null for a final release. */
  readonly preRelease: string | null;
}

/** The newest patch of each minor, from 1.0 on, whose layout is known: 1.31 as a candidate. */
const NEWEST_PATCHES = [
  ...[9, 17, 10, 8, 10, 10, 14, 8, 6, 9, 6, 8, 9, 9, 6, 7],
  ...[7, 8, 7, 10, 8, 6, 8, 6, 6, 5, 8, 9, 10, 4, 3, 0],
] as const;

/** The minors whose layouts are known; anything newer is treated as the newest of them. */
export const OLDEST_MINOR = 0;
export const NEWEST_MINOR = NEWEST_PATCHES.length - 1;

const RELEASE = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,4}))?(?:[-+]([0-9A-Za-z][0-9A-Za-z.+-]{0,127}))?$/;

/** What Istio itself puts behind a release; other suffixes are names of builds (`-distroless`, `-debug`, a vendor's). */
const PRE_RELEASE = /^(alpha|beta|rc)\.\d{1,4}$/;

/**
 * The release named `X.Y`, `X.Y.Z` or `X.Y.Z-PRE`, as tags of images have it: a leading `v` is allowed, and what else
 * stands behind the release (`-distroless`) is left out. `error` says what is wrong.
 */
export function parseRelease(text: string): Release | { readonly error: string } {
  const parts = RELEASE.exec(text);
  if (parts === null)
    return { error: `not an Istio release: ${JSON.stringify(text)} (expected X.Y.Z, such as 1.28.10)` };
  const [, major, minor, patch, preRelease] = parts;
  const release: Release = {
    major: Number(major),
    minor: Number(minor),
    patch: patch === undefined ? null : Number(patch),
    preRelease: patch !== undefined && preRelease !== undefined && PRE_RELEASE.test(preRelease) ? preRelease : null,
  };
  if (release.major < 1) return { error: `Istio ${text} is older than the oldest known release, 1.${OLDEST_MINOR}` };
  return release;
}

/**
 * Negative, zero or positive as `a` is older than, as old as or newer than `b`. A pre-release counts as its final
 * release: Istio's candidates already program that release's rules.
 */
export function compareReleases(a: Release, b: Release): number {
  return a.major - b.major || a.minor - b.minor || patchOf(a) - patchOf(b);
}

function patchOf(release: Release): number {
  return release.patch ?? Number.MAX_SAFE_INTEGER;
}

/** A release as it is written, without the suffix of a build. */
function releaseText({ major, minor, patch, preRelease }: Release): string {
  return `${major}.${minor}${patch === null ? '' : `.${patch}`}${preRelease === null ? '' : `-${preRelease}`}`;
}

/**
 * The release whose layout is taken for that of one which is newer than all that are known: the newest of its minor, or of
 * all. Null for one that is known.
 */
export function standInFor(istioVersion: string): string | null {
  const release = parseRelease(istioVersion);
  if ('error' in release) return null;
  const minor = release.major > 1 ? NEWEST_MINOR : Math.min(release.minor, NEWEST_MINOR);
  const newest = { major: 1, minor, patch: NEWEST_PATCHES[minor] ?? 0, preRelease: null };
  const named = { ...release, patch: release.patch ?? 0 };
  return compareReleases(named, newest) > 0 ? releaseText(newest) : null;
}

/** An Istio release. `patch` null stands for the newest patch of the minor (`1.28`). */
export interface Release {
  readonly major: number;
  readonly minor: number;
  readonly patch: number | null;
  /** `rc.0`, `beta.1`, …; null for a final release. */
  readonly preRelease: string | null;
}

/** The minors whose layouts are known; anything newer is treated as the newest of them. */
export const OLDEST_MINOR = 0;
export const NEWEST_MINOR = 31;

const RELEASE = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,4}))?(?:-([0-9A-Za-z][0-9A-Za-z.-]{0,63}))?$/;

/** The release named `X.Y`, `X.Y.Z` or `X.Y.Z-PRE` (a leading `v` is allowed); `error` says what is wrong. */
export function parseRelease(text: string): Release | { readonly error: string } {
  const parts = RELEASE.exec(text);
  if (parts === null)
    return { error: `not an Istio release: ${JSON.stringify(text)} (expected X.Y.Z, such as 1.28.10)` };
  const [, major, minor, patch, preRelease] = parts;
  const release: Release = {
    major: Number(major),
    minor: Number(minor),
    patch: patch === undefined ? null : Number(patch),
    preRelease: preRelease ?? null,
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

/** Whether the release is newer than every layout known here, so that its layout is only assumed. */
export function isNewerThanKnown(release: Release): boolean {
  return release.major > 1 || release.minor > NEWEST_MINOR;
}

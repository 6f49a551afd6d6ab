import type { Config } from './config.ts';

/**
 * First and last of the releases that write the same rules from the same inputs, both included: `X.Y`, with all its
 * patches, or `X.Y.Z`.
 */
export type Releases = readonly [string, string];

/** `1.25 – 1.31`; one release where the first is the last. */
export function releasesInWords([first, last]: Releases): string {
  return first === last ? last : `${first} – ${last}`;
}

/** The release that inputs are of: the one that was named, or all that the rules leave open. */
export function releaseOf({
  config,
  releases,
}: {
  readonly config: Pick<Config, 'istioVersion'>;
  readonly releases?: Releases | undefined;
}): string {
  return releases === undefined ? config.istioVersion : releasesInWords(releases);
}

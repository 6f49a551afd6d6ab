import type { CatalogueEntry, CatalogueGroup } from './entry.ts';
import { NAT01 } from './nat01.ts';
import { NAT02 } from './nat02.ts';
import { NAT03 } from './nat03.ts';
import { NAT04 } from './nat04.ts';
import { NAT05 } from './nat05.ts';
import { NAT06 } from './nat06.ts';
import { NAT07 } from './nat07.ts';
import { NAT08 } from './nat08.ts';
import { NAT09 } from './nat09.ts';
import { NAT10 } from './nat10.ts';

export type { CatalogueEntry, Confirmation } from './entry.ts';
export { READING_NOTES } from './wording.ts';

const GROUPS: readonly CatalogueGroup[] = [NAT01, NAT02, NAT03, NAT04, NAT05, NAT06, NAT07, NAT08, NAT09, NAT10];

/** All finding codes, in the order of their numbers. The one source for `explain`, the pages and the reports. */
export const CATALOGUE: readonly CatalogueEntry[] = GROUPS.flatMap(({ group, entries }) =>
  entries.map((entry) => ({ ...entry, group })),
);

const BY_CODE: ReadonlyMap<string, CatalogueEntry> = new Map(CATALOGUE.map((entry) => [entry.code, entry]));

/** The entry of a code as it is written, `NAT0101`; undefined when there is no such code. */
export function entryOf(code: string): CatalogueEntry | undefined {
  return BY_CODE.get(code);
}

/** Where the page about a code is, from the root of the repository: the `hint` of a finding. */
export function pageOf(code: string): string {
  return `docs/findings/${code}.md`;
}

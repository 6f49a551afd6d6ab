import type { Code, FindingCode } from '../../model/code.ts';
import { type CatalogueEntry, type Distinction, type TrafficTraits, USUAL } from './entry.ts';
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

const GROUPS = [NAT01, NAT02, NAT03, NAT04, NAT05, NAT06, NAT07, NAT08, NAT09, NAT10];

/** What the data files hold, by code. */
export const ENTRIES = {
  ...NAT01.entries,
  ...NAT02.entries,
  ...NAT03.entries,
  ...NAT04.entries,
  ...NAT05.entries,
  ...NAT06.entries,
  ...NAT07.entries,
  ...NAT08.entries,
  ...NAT09.entries,
  ...NAT10.entries,
} satisfies Record<Code, unknown>;

/** The codes that differences in traffic can have. */
export type TrafficCode = {
  [C in FindingCode]: (typeof ENTRIES)[C] extends { readonly traffic: TrafficTraits } ? C : never;
}[FindingCode];

/** All finding codes, in the order of their numbers. The one source for `explain`, the pages and the reports. */
export const CATALOGUE: readonly CatalogueEntry[] = GROUPS.flatMap(({ group, entries }) =>
  Object.entries(entries).map(([code, entry]) => {
    const { traffic: _, since, until, rights, ...told } = { ...USUAL, traffic: null, ...entry };
    const confirm = Object.entries(told.confirm).map(([command, lookFor]) => ({ command, lookFor }));
    return { code: code as Code, ...told, ...causesOf(entry.causes), confirm, since, until, rights, group };
  }),
);

function causesOf(all: readonly (string | Distinction)[]): Pick<CatalogueEntry, 'causes' | 'distinguish'> {
  return {
    causes: all.map((each) => (typeof each === 'string' ? each : each.cause)),
    distinguish: all.filter((each) => typeof each !== 'string'),
  };
}

/** Where the section of the runbook about a symptom is, from the root of the repository. */
export function sectionOf(title: string): string {
  const anchor = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
  return `docs/runbook.md#${anchor}`;
}

/** Where the page about a code is, from the root of the repository: the `hint` of a finding. */
export function pageOf(code: Code): string {
  return `docs/findings/${code}.md`;
}

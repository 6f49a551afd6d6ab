import type { Capture } from '../collect/capture.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { Coverage, Obstacle, Pod } from '../model/pod.ts';
import { coversFamily, type Table } from '../model/ruleset.ts';
import { isEmptyTable, observeLegacy } from './legacy.ts';
import { observeNft } from './nft.ts';
import { noRights, rightsOf } from './rights.ts';

/** The part of a pod that its rules make up. */
export type SeenRules = Pick<Pod, 'ruleset' | 'coverage' | 'emptyLegacyTables' | 'diagnostics' | 'obstacles'>;

/**
 * The rules of all three backends. A backend has no rules only if it was looked at: what was refused, missing or broken
 * leaves an obstacle behind, and its family is not covered as a whole.
 */
export function observeTables(capture: Capture): SeenRules {
  const legacy = FAMILIES.map((family) => observeLegacy(capture, family));
  const nft = observeNft(capture);
  const parts = [...legacy, nft];
  const legacyTables = legacy.flatMap(({ value }) => value ?? []);
  const tables = [...legacyTables, ...(nft.value ?? [])];
  const refusals = parts.flatMap((part) => part.refusals);
  return {
    ruleset: { tables },
    coverage: FAMILIES.flatMap((family, position) => {
      const all = nft.witnessed && legacy[position]?.value !== null;
      return coverageOf(family, all, tables);
    }),
    emptyLegacyTables: legacyTables.filter(isEmptyTable).map(({ family, name }) => ({ family, name })),
    diagnostics: parts.flatMap((part) => part.diagnostics),
    obstacles: [
      ...noRights(refusals, rightsOf(capture), capture),
      ...distinct(parts.flatMap((part) => part.obstacles)),
    ],
  };
}

/** All tables of a family if every backend of it was read; else the ones that were seen, if any. */
function coverageOf(family: Family, all: boolean, tables: readonly Table[]): Coverage[] {
  if (all) return [{ family, tables: 'all' }];
  const names = tables.filter((table) => coversFamily(table, family)).map((table) => table.name);
  return names.length > 0 ? [{ family, tables: [...new Set(names)] }] : [];
}

/** One obstacle for each thing that happened: the tools of both families are often the same program. */
function distinct(obstacles: readonly Obstacle[]): Obstacle[] {
  const byMessage = new Map(obstacles.map((obstacle) => [obstacle.message, obstacle]));
  return [...byMessage.values()];
}

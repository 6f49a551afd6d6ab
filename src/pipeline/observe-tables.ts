import { answerTo, type Capture } from '../collect/capture.ts';
import { FAMILIES, type Family } from '../model/family.ts';
import type { Coverage, Obstacle, Pod } from '../model/pod.ts';
import { coversFamily, type Table } from '../model/ruleset.ts';
import { isEmptyTable, observeLegacy, type SeenTables, unknown } from './observe-legacy.ts';
import { hasIptablesName, incompatibleTables, observeIptablesNft, observeNft, shownByNftOnly } from './observe-nft.ts';
import { toolMissing } from './observe-obstacles.ts';
import { noRights, rightsOf } from './observe-rights.ts';

/** The part of a pod that its rules make up. */
export type SeenRules = Pick<Pod, 'ruleset' | 'coverage' | 'emptyLegacyTables' | 'diagnostics' | 'obstacles'>;

interface FamilyTables {
  readonly family: Family;
  readonly legacy: SeenTables;
  readonly saved: SeenTables;
}

/**
 * The rules of all three backends. A backend has no rules only if it was looked at: what was refused, missing or broken
 * leaves an obstacle behind, and its family is not covered as a whole.
 */
export function observeTables(capture: Capture): SeenRules {
  const own = FAMILIES.map((family) => observeIptablesNft(capture, family));
  const nft = observeNft(
    capture,
    own.flatMap((part) => part.value ?? []),
  );
  const families = FAMILIES.map((family, position) => ({
    family,
    legacy: observeLegacy(capture, family),
    saved: iptablesNftOrElse(capture, family, own[position] ?? unknown([]), nft),
  }));
  const parts = [...families.flatMap(({ legacy, saved }) => [legacy, saved]), nft];
  const legacyTables = families.flatMap(({ legacy }) => legacy.value ?? []);
  const savedTables = families.flatMap(({ saved }) => saved.value ?? []);
  const tables = [...legacyTables, ...inKernelOrder(savedTables, nft.value ?? [])];
  return {
    ruleset: { tables },
    coverage: families.flatMap((part) => coverageOf(part, nft, tables)),
    emptyLegacyTables: legacyTables.filter(isEmptyTable).map(({ family, name }) => ({ family, name })),
    diagnostics: parts.flatMap((part) => part.diagnostics),
    obstacles: [
      ...noRights(
        parts.flatMap((part) => part.refusals),
        rightsOf(capture),
        capture,
      ),
      ...distinct(parts.flatMap((part) => part.obstacles)),
    ],
  };
}

/** iptables-nft's own tool, or nft where that tool is not installed; with neither, the rules are unknown. */
function iptablesNftOrElse(capture: Capture, family: Family, own: SeenTables, nft: SeenTables): SeenTables {
  const declined = own.value !== null && nft.value === null ? incompatibleTables(capture, family) : [];
  if (declined.length > 0) return { ...own, obstacles: [...own.obstacles, incompatible(declined, family)] };
  if (own.value !== null || own.obstacles.length > 0 || own.refusals.length > 0) return own;
  if (nft.value !== null) return shownByNftOnly(family);
  const tool = family === 'ipv4' ? 'iptables-nft-save' : 'ip6tables-nft-save';
  const missing = toolMissing(
    tool,
    [answerTo(capture, `nft-save-${family}`)],
    `the rules of iptables-nft (${family})`,
    'rules',
  );
  return unknown([missing]);
}

function incompatible(names: readonly string[], family: Family): Obstacle {
  const message = `iptables-nft-save (${family}) cannot show the table ${names.join(', ')}, and nft list ruleset could not be read`;
  const remedy =
    'Save what `nft list ruleset` prints in the same network namespace, and give it to istio-nat check --rules FILE';
  return { code: 'NAT1003', message, remedy, concerns: 'rules' };
}

/**
 * nft lists tables as they were registered, which decides between chains of one priority. Its view of a table that
 * iptables-nft-save has shown is replaced by that.
 */
export function inKernelOrder(saved: readonly Table[], listed: readonly Table[]): Table[] {
  const same = (one: Table, other: Table) => one.family === other.family && one.name === other.name;
  const unlisted = saved.filter((table) => !listed.some((other) => same(table, other)));
  const ordered = listed.map((table) => {
    const own = hasIptablesName(table) ? saved.find((other) => same(table, other)) : undefined;
    return own ?? table;
  });
  return [...unlisted, ...ordered];
}

/** All tables of a family if every backend of it was read; else the ones that were seen, if any. */
function coverageOf(part: FamilyTables, nft: SeenTables, tables: readonly Table[]): Coverage[] {
  const { family, legacy, saved } = part;
  if (legacy.value !== null && saved.value !== null && nft.value !== null) return [{ family, tables: 'all' }];
  const names = tables.filter((table) => coversFamily(table, family)).map((table) => table.name);
  return names.length > 0 ? [{ family, tables: [...new Set(names)] }] : [];
}

/** One obstacle for each thing that happened: the tools of both families are often the same program. */
function distinct(obstacles: readonly Obstacle[]): Obstacle[] {
  const byMessage = new Map(obstacles.map((obstacle) => [obstacle.message, obstacle]));
  return [...byMessage.values()];
}

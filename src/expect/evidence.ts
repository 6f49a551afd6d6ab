import { FAMILIES } from '../model/family.ts';
import type { Pod } from '../model/pod.ts';
import type { Seen } from '../model/report.ts';
import { coversFamily, type Table } from '../model/ruleset.ts';
import type { ShownTable } from '../model/shown.ts';

/** What an answer about a pod rests on. */
export function evidenceOf({ shown, ruleset, coverage }: Pod): Seen {
  return {
    rules: shown ?? ruleset.tables.flatMap(askedOfKernel),
    allTables: FAMILIES.filter((family) => coverage.some((one) => one.family === family && one.tables === 'all')),
  };
}

function askedOfKernel(table: Table): ShownTable[] {
  const source = table.chains.flatMap(({ rules }) => rules)[0]?.origin.source ?? '';
  return FAMILIES.filter((family) => coversFamily(table, family)).map((family) => ({
    family,
    table: table.name,
    form: 'kernel',
    source,
    line: 0,
    lacks: [],
  }));
}

import type { Family } from '../../model/family.ts';
import type { Coverage } from '../../model/pod.ts';
import type { Table } from '../../model/ruleset.ts';
import type { ShownTable } from '../../model/shown.ts';
import type { Form } from './draft-table.ts';
import type { FinishedTable } from './finish.ts';
import type { Reader } from './reader.ts';

/** A save shows everything, `-S` all but exact counters, `-L` leaves things out. */
const RANK: Readonly<Record<Form, number>> = { save: 2, 'list-rules': 1, list: 0 };

/** One table for each name, family and backend: what tells most wins, and text for iptables-restore yields to what the kernel holds. */
export function mergeTables(reader: Reader, finished: readonly FinishedTable[]): readonly FinishedTable[] {
  const saved = new Set(finished.filter(isRealSave).map(({ table }) => table.family));
  const byKey = new Map<string, FinishedTable>();
  for (const candidate of finished) {
    if (candidate.draft.restoreInput && saved.has(candidate.table.family)) {
      reader.diagnostics.add(
        'note',
        'text for iptables-restore; the save in the same text shows what came of it',
        candidate.draft.line,
      );
      continue;
    }
    const key = `${candidate.table.backend} ${candidate.table.family} ${candidate.table.name}`;
    const before = byKey.get(key);
    byKey.set(key, before === undefined ? candidate : choose(reader, before, candidate));
  }
  return [...byKey.values()];
}

function isRealSave(candidate: FinishedTable): boolean {
  return candidate.form === 'save' && !candidate.draft.restoreInput;
}

function choose(reader: Reader, before: FinishedTable, after: FinishedTable): FinishedTable {
  const where = `the table ${after.table.name} (${after.table.family}) is shown twice`;
  if (before.draft.restoreInput !== after.draft.restoreInput) return before.draft.restoreInput ? after : before;
  if (RANK[before.form] !== RANK[after.form]) {
    reader.diagnostics.add('note', `${where}; the form that shows more was used`, after.draft.line);
    return RANK[before.form] > RANK[after.form] ? before : after;
  }
  if (sameRules(before.table, after.table)) {
    reader.diagnostics.add('note', `${where}, with the same rules`, after.draft.line);
  } else {
    const message = `${where}, with different rules; the last was used (say --family if one is IPv6)`;
    reader.diagnostics.add('error', message, after.draft.line);
  }
  return after;
}

function sameRules(left: Table, right: Table): boolean {
  return outline(left) === outline(right);
}

function outline(table: Table): string {
  return table.chains.map((chain) => [chain.name, ...chain.rules.map((rule) => rule.text)].join('\n')).join('\n\n');
}

/** What the tables say about those that are not there. */
export function coverageOf(finished: readonly FinishedTable[]): Coverage[] {
  const shown = new Map<Family, 'all' | string[]>();
  for (const { table, draft } of finished) {
    const { family } = table;
    if (family === 'inet') continue;
    const before = shown.get(family);
    const all = before === 'all' || (draft.ofAll && !draft.restoreInput);
    shown.set(family, all ? 'all' : [...(before ?? []), table.name]);
  }
  return [...shown].map(([family, tables]) => ({ family, tables }));
}

/** How each table was shown, and how completely. */
export function shownTables(reader: Reader, finished: readonly FinishedTable[]): ShownTable[] {
  return finished.flatMap(({ table, draft, form, lacks }) => {
    if (table.family === 'inet') return [];
    const { family, name } = table;
    const { source } = reader.options;
    return [
      { family, table: name, form: draft.restoreInput ? 'restore' : form, source, line: draft.line.number, lacks },
    ];
  });
}
